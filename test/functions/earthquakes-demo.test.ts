import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LIMIT_MS = 120_000;

interface DemoResult {
  readonly isExact: boolean;
  readonly rows: readonly object[];
  readonly late: readonly object[];
  readonly differences: readonly string[];
  readonly changedTwice: readonly string[];
  readonly kills: number;
}

async function runDemo(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly result: DemoResult }> {
  const main = 'functions/earthquakes/demo/main.ts';
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--json', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LIMIT_MS - 20_000,
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, result: JSON.parse(printed) };
}

test(
  'real earthquakes give exactly the results of a batch computation, each written once, while the handler is killed again and again',
  async () => {
    const { code, result } = await runDemo('--kill-every', '3');

    expect(result).toMatchObject({ isExact: true, differences: [], changedTwice: [] });
    expect([result.rows.length, result.late.length]).toEqual([203, 609]);
    expect(result.kills).toBeGreaterThan(0);
    expect(code).toBe(0);
  },
  LIMIT_MS,
);
