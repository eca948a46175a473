import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { collect, count, foldOf } from '../../lib/aggregators/index.ts';
import { agreesWith, folded, logsOf, resultOf, type Logged } from '../support/aggregating.ts';

const of = (value: number | null): number | null => value;
const valuesInTime = (log: readonly Logged<number | null>[]): readonly (number | null)[] =>
  log
    .toSorted((a, b) => a.timestamp - b.timestamp)
    .map(({ value }) => value)
    .filter((value) => value !== null);

describe('more than the limit', () => {
  test('refuses the record, and every aggregate beside it', () => {
    const fold = foldOf({ n: count(), all: collect((value: unknown) => value, { limit: 2 }) });
    const accumulators = fold.init();
    fold.add(accumulators, fold.prepare(accumulators, fold.extract('a', 0)));
    fold.add(accumulators, fold.prepare(accumulators, fold.extract('b', 0)));

    expect(() => fold.add(accumulators, fold.prepare(accumulators, fold.extract('c', 0)))).toThrow(
      "collect holds 2 values and its limit is 2; raise the limit, or choose what to keep with overflow: 'keep-first' or 'keep-last'",
    );

    expect(fold.results(accumulators)).toEqual({ n: 2, all: ['a', 'b'] });
  });

  test('keeps the earliest, and says that there was more', () => {
    const earliest = collect(of, { limit: 2, overflow: 'keep-first' });

    expect(resultOf(earliest, 1, 2)).toEqual({ values: [1, 2], truncated: false });
    expect(resultOf(earliest, 1, 2, 3)).toEqual({ values: [1, 2], truncated: true });
  });

  test('keeps the latest, and says that there was more', () => {
    const latest = collect(of, { limit: 2, overflow: 'keep-last' });

    expect(resultOf(latest, 1, null, 2, 3)).toEqual({ values: [2, 3], truncated: true });
  });

  test('merging loses nothing, even beyond the limit', () => {
    const all = collect(of, { limit: 2 });
    const two = (...values: readonly number[]): unknown =>
      folded(
        all,
        values.map((value) => ({ value, timestamp: value })),
      );

    const merged = all.merge(two(1, 3) as never, two(2, 4) as never);

    expect(all.result(merged)).toEqual([1, 2, 3, 4]);
  });
});

describe('like sorting by time', () => {
  const logs = logsOf(fc.option(fc.nat(9)));

  test('collect', () => {
    agreesWith(collect(of, { limit: 25 }), logs, (log) => valuesInTime(log) as number[]);
  });

  test.each([
    ['keep-first', 0, 4],
    ['keep-last', -4, undefined],
  ] as const)('collect with %s', (overflow, from, to) => {
    agreesWith(collect(of, { limit: 4, overflow }), logs, (log) => ({
      values: valuesInTime(log).slice(from, to) as number[],
      truncated: valuesInTime(log).length > 4,
    }));
  });
});
