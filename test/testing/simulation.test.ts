import { describe, expect, test } from '@jest/globals';
import { ordersWorkload, shrink, simulate } from '../../lib/testing/index.ts';
import { MUTANTS } from '../../lib/testing/simulation/index.ts';
import { runScript } from '../support/run-script.ts';

const LIMIT_MS = 170_000;

/** The command as a user runs it: in a process of its own it is several times faster than within the test runner. */
function runCommand(...args: readonly string[]): ReturnType<typeof runScript> {
  return runScript('bin/simulate.ts', args);
}

describe('the journal protocol, with everything around it misbehaving,', () => {
  test(
    'gives exactly the results of a plain computation for 500 seeds',
    async () => {
      const { code, printed } = await runCommand('--seeds', '500');

      expect(printed).toContain('500 of 500 seeds passed');
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );

  test(
    'brings values that meet by a key together exactly once, for 100 seeds of several stages',
    async () => {
      const { code, printed } = await runCommand('--workload', 'stages', '--seeds', '100');

      expect(printed).toContain('100 of 100 seeds passed');
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );

  test(
    'judges each value by one answer of a table that says something else each time, for 100 seeds',
    async () => {
      const { code, printed } = await runCommand('--workload', 'lookups', '--seeds', '100');

      expect(printed).toContain('100 of 100 seeds passed');
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );

  test(
    'applies each record once that came in another, where it belongs, for 100 seeds',
    async () => {
      const { code, printed } = await runCommand('--workload', 'aggregated', '--seeds', '100');

      expect(printed).toContain('100 of 100 seeds passed');
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );

  test('repeats a run from its seed, fault by fault', async () => {
    const first = await simulate(ordersWorkload, { seed: 42 });

    const second = await simulate(ordersWorkload, { seed: 42 });

    expect(first.faults.length).toBeGreaterThan(50);
    expect(second).toEqual(first);
  });

  test(
    'reduces a failing run to the few faults it needs',
    async () => {
      const mutate = MUTANTS['a gap is taken for the end of the log'];
      const options = { seed: 1, ...(mutate !== undefined && { mutate }) };
      const failing = await simulate(ordersWorkload, options);

      const smallest = await shrink(ordersWorkload, failing, options);

      expect(failing.faults.length).toBeGreaterThan(100);
      expect(smallest.failure).toBeDefined();
      expect(smallest.faults.length).toBeLessThan(10);
    },
    LIMIT_MS,
  );

  test('does nothing wrong by itself: with no fault drawn, none is injected', async () => {
    const { faults, failure } = await simulate(ordersWorkload, { seed: 7, kinds: [] });

    expect({ faults, failure }).toEqual({ faults: [], failure: undefined });
  });
});

test(
  'the simulation notices each way in which the protocol is broken on purpose',
  async () => {
    const { code, printed } = await runCommand('--mutants', '--seeds', '60');

    expect(printed).toMatch(/^(\d+) of \1 mutants were noticed$/m);
    expect(code).toBe(0);
  },
  LIMIT_MS,
);
