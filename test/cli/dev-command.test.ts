import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../lib/cli/index.ts';
import { openStateFolder, type KeptRun } from '../../lib/cli/dev/state-folder.ts';

async function run(...args: readonly string[]): Promise<{ code: number; errors: string }> {
  const errors: string[] = [];
  const terminal = {
    print: () => {},
    printError: (text: string) => void errors.push(text),
    interrupted: AbortSignal.abort(),
  };
  return { code: await main(['dev', ...args], terminal), errors: errors.join('\n') };
}

const KEPT: KeptRun = {
  services: { streams: [], buckets: new Map([['bucket', new Map()]]) },
  checkpoints: new Map(),
  plans: {},
  sent: 7,
};

describe('millrace dev', () => {
  let folder: string;
  let other: Server;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-dev-'));
    other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await new Promise((resolve) => other.close(resolve));
  });

  test('says that a port is in use, and leaves nothing behind', async () => {
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';

    expect(await run('--port', port)).toEqual({
      code: 2,
      errors: `port "${port}" is in use; give another with --port, or leave it out and any free one is taken`,
    });
  });

  test('says what a port must be', async () => {
    expect(await run('--port', 'many')).toEqual({
      code: 2,
      errors: '--port is "many"; it must be a whole number from 0 to 65535, for example 4000',
    });
  });

  test('goes on with what a run has kept, and only with that', () => {
    const first = openStateFolder(folder);
    writeFileSync(first.dynamodbPath, 'tables of the first run');
    first.keep(KEPT);
    first.release();
    const crashed = openStateFolder(folder);
    writeFileSync(crashed.dynamodbPath, 'tables of a run that crashed');
    crashed.release();

    const next = openStateFolder(folder);
    next.release();

    expect([first.before, crashed.before, next.before]).toEqual([undefined, KEPT, KEPT]);
  });

  test('lets only one run have a folder', () => {
    const first = openStateFolder(folder);

    expect(() => openStateFolder(folder)).toThrow(
      `"${folder}" is in use by process ${process.pid}; end that one, or give another folder with --state`,
    );
    first.release();
  });
});
