import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

describe('errors an operator may meet', () => {
  test('each code has a page, and each page a code', () => {
    const code = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => readFileSync(join(ROOT, 'lib', file), 'utf8').match(/\bMR\d{4}\b/g) ?? []);
    const pages = readdirSync(join(ROOT, 'docs/errors')).flatMap((file) => file.match(/^MR\d{4}/) ?? []);

    expect([...new Set(code)].toSorted()).toEqual(pages.toSorted());
  });

  test('the index names each page', () => {
    const pages = readdirSync(join(ROOT, 'docs/errors')).filter((file) => file !== 'README.md');

    const index = readFileSync(join(ROOT, 'docs/errors/README.md'), 'utf8');
    expect(pages.filter((file) => !index.includes(`(${file})`))).toEqual([]);
  });
});
