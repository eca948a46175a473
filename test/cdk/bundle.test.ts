import { afterAll, expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { earthquakes } from '../../functions/earthquakes/pipeline.ts';

/** A cold start reads all of it. The AWS SDK's clients are two thirds. */
const LIMIT_BYTES = 660_000;

// Far from any node_modules: what the bundle lacks, it can't find.
const outdir = mkdtempSync(join(tmpdir(), 'millrace-bundle-'));
afterAll(() => rmSync(outdir, { recursive: true }));

test('the handler becomes one small module that carries all it needs but the S3 client, and nothing of the CDK', () => {
  const app = new App({ outdir });
  new StreamPipeline(new Stack(app, 'Earthquakes'), 'Pipeline', {
    pipeline: earthquakes,
    entry: fileURLToPath(new URL('../../functions/earthquakes/handler.ts', import.meta.url)),
    sinks: { perNetwork: resultsTable(), late: resultsTable() },
  });
  app.synth();

  const asset = join(outdir, readdirSync(outdir).find((name) => name.startsWith('asset.')) ?? '');
  const bundle = join(asset, 'index.mjs');
  const { sources }: { readonly sources: readonly string[] } = JSON.parse(
    readFileSync(`${bundle}.map`, 'utf8'),
  );
  expect(readdirSync(asset).toSorted()).toEqual(['index.mjs', 'index.mjs.map']);
  expect(exportsOf(bundle)).toEqual(['handler']);
  expect(
    sources.filter((path) => /node_modules\/(aws-cdk-lib|constructs|@aws-sdk\/client-s3)\//.test(path)),
  ).toEqual([]);
  expect(statSync(bundle).size).toBeLessThan(LIMIT_BYTES);
}, 60_000);

function exportsOf(file: string): readonly string[] {
  const program = `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(pathToFileURL(file).href)}))))`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }),
  );
}
