import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const TEMPLATE = new URL('../../../web/results.html', import.meta.url);
const EMPTY = '<script type="application/json" id="results">{}</script>';

/** Writes the results as a page that can be opened as it is. */
export async function writePage(path: string, results: object): Promise<void> {
  const template = await readFile(TEMPLATE, 'utf8');
  const json = JSON.stringify(results).replaceAll('<', String.raw`\u003c`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(
    path,
    template.replace(EMPTY, () => EMPTY.replace('{}', () => json)),
  );
}
