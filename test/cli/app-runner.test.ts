import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAppRunner } from '../../lib/cli/dev/app-runner.ts';

const LIMIT_MS = 60_000;
const RUNNER = `
import { spawnSync } from 'node:child_process';
process.exit(spawnSync(process.execPath, process.argv.slice(2)).status);
`;
const APP = `
import { mkdirSync, writeFileSync } from 'node:fs';
const outDir = process.env.CDK_OUTDIR;
const environment = 'aws://unknown-account/unknown-region';
const App = { type: 'aws:cloudformation:stack', environment, properties: { templateFile: 'App.template.json' } };
mkdirSync(outDir, { recursive: true });
writeFileSync(outDir + '/App.template.json', JSON.stringify({ Resources: {} }));
writeFileSync(outDir + '/manifest.json', JSON.stringify({ version: '36.0.0', artifacts: { App } }));
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-app-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test(
  'an app is run again by itself, without what ran it through a link, as npx does',
  async () => {
    const [runner, link, app] = ['node_modules/runner/index.mjs', 'run.mjs', 'app.mjs'].map((path) =>
      join(folder, path),
    ) as [string, string, string];
    mkdirSync(join(folder, 'node_modules', 'runner'), { recursive: true });
    writeFileSync(runner, RUNNER);
    symlinkSync(runner, link);
    writeFileSync(app, APP);
    const own = createAppRunner({ app: `node ${link} ${app}`, context: [] }, join(folder, 'kept'));

    await own.synth(join(folder, 'first'));
    await own.synth(join(folder, 'second'));

    own.close();
    const { args } = JSON.parse(readFileSync(join(folder, 'kept', 'app.json'), 'utf8'));
    expect(args).toEqual([app]);
    expect(existsSync(join(folder, 'second', 'manifest.json'))).toBe(true);
  },
  LIMIT_MS,
);
