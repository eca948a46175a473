import { describe, expect, test } from '@jest/globals';
import { firstFailure, MUTANTS, ordersWorkload, simulate } from '../../lib/testing/simulation/index.ts';

const SEEDS = 500;
const LIMIT_MS = 170_000;

describe('the journal protocol, with everything around it misbehaving,', () => {
  test(
    `gives exactly the results of a plain computation for ${SEEDS} seeds`,
    async () => {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const { failure } = await simulate(ordersWorkload, { seed });

        expect({ seed, failure }).toEqual({ seed, failure: undefined });
      }
    },
    LIMIT_MS,
  );

  test('repeats a run from its seed, fault by fault', async () => {
    const first = await simulate(ordersWorkload, { seed: 42 });

    const second = await simulate(ordersWorkload, { seed: 42 });

    expect(first.faults.length).toBeGreaterThan(50);
    expect(second).toEqual(first);
  });

  test('does nothing wrong by itself: with no fault drawn, none is injected', async () => {
    const { faults, failure } = await simulate(ordersWorkload, { seed: 7, kinds: [] });

    expect({ faults, failure }).toEqual({ faults: [], failure: undefined });
  });
});

describe('the simulation notices when', () => {
  test.each([
    'the append has no condition',
    'a tail is taken to continue the newest entry',
    'a gap is taken for the end of the log',
    'the watermark is forgotten in a checkpoint',
    'the outbox is not journaled',
    'a child shard begins without its parents',
  ])(
    '%s',
    async (name) => {
      const mutate = MUTANTS[name];

      expect(mutate && (await firstFailure(mutate, 200))).toMatchObject({ failure: expect.any(String) });
    },
    LIMIT_MS,
  );
});
