import { describe, expect, test } from '@jest/globals';
import { compare } from '../../../bench/nexmark/throughput/baseline.ts';
import { measure, USUAL_EFFORT } from '../../../bench/nexmark/throughput/measure.ts';
import { QUERIES } from '../../../bench/nexmark/queries/index.ts';

const EVENTS = 1_000;
/** Of 50 events 46 are bids. */
const BIDS = 920;

describe('throughput of a query', () => {
  test.each([
    ['q0', BIDS],
    ['q5', 0],
  ] as const)('is measured over events that %s takes without a dead letter', async (name, outputs) => {
    const effort = { ...USUAL_EFFORT, events: EVENTS, batchRecords: 100, rounds: 1 };
    const measured = await measure({ pipeline: QUERIES[name].build(), tables: {} }, effort);

    expect(measured).toEqual({
      eventsPerCpuSecond: expect.any(Number),
      parsesPerCpuSecond: expect.any(Number),
      ratio: expect.any(Number),
      ratioWithBase64: expect.any(Number),
      outputs,
      deadLetters: 0,
    });
  });
});

describe('a comparison with a baseline', () => {
  test('says what moved by more than the tolerance, in either direction', () => {
    const baseline = { q0: 0.5, q1: 0.5, q2: 0.5 };

    expect(compare(baseline, { q0: 0.44, q1: 0.42, q2: 0.58 }, 0.15)).toEqual({
      slower: ['q1: 0.500 to 0.420 of the limit'],
      faster: ['q2: 0.500 to 0.580 of the limit'],
      unmatched: [],
    });
  });

  test('names what only one side has', () => {
    expect(compare({ q0: 0.5 }, { q1: 0.5 })).toEqual({ slower: [], faster: [], unmatched: ['q0', 'q1'] });
  });
});
