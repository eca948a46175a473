import { expect, test } from '@jest/globals';
import { runScript } from '../support/run-script.ts';

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
  const { code, printed } = await runScript('functions/earthquakes/demo/main.ts', ['--json', ...args], {
    timeoutMs: LIMIT_MS - 20_000,
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
