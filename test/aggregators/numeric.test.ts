import { describe, expect, test } from '@jest/globals';
import { avg, count, foldOf, max, min, sum, type AnyAggregator } from '../../lib/aggregators/index.ts';

interface Reading {
  readonly value: number | null | undefined;
}

const of = (reading: Reading): number | null | undefined => reading.value;

function resultOf<Out>(
  aggregator: AnyAggregator<Reading, Out>,
  ...values: readonly Reading['value'][]
): unknown {
  const fold = foldOf({ result: aggregator });
  const accumulators = fold.init();
  for (const value of values) fold.add(accumulators, fold.extract({ value }, 0));
  return fold.results(accumulators)['result'];
}

describe('values that do not count', () => {
  test.each([
    ['count()', count(), 4],
    ['count(of)', count(of), 2],
    ['sum', sum(of), 3],
    ['avg', avg(of), 3],
    ['min', min(of), 3],
    ['max', max(of), 3],
  ])('%s passes over null, undefined and NaN', (name, aggregator, expected) => {
    expect(resultOf(aggregator, 3, null, undefined, Number.NaN)).toBe(name === 'count(of)' ? 2 : expected);
  });
});

describe('nothing that counts', () => {
  test.each([
    ['count(of)', count(of), 0],
    ['sum', sum(of), 0],
    ['avg', avg(of), undefined],
    ['min', min(of), undefined],
    ['max', max(of), undefined],
  ])('%s of nothing', (_, aggregator, expected) => {
    expect(resultOf(aggregator, null)).toBe(expected);
  });
});

test('text compares by its code units, bigint exactly', () => {
  const texts = foldOf({ last: max((value: unknown) => String(value)) });
  const accumulators = texts.init();
  for (const value of ['Zebra', 'apple', 'Äpfel']) texts.add(accumulators, texts.extract(value, 0));

  expect(texts.results(accumulators)).toEqual({ last: 'Äpfel' });
});

test('a value on which user code throws is folded into none of the aggregates', () => {
  const fold = foldOf({
    n: count(),
    total: sum((value: unknown) => {
      if (value === 2) throw new Error('no two');
      return Number(value);
    }),
  });
  const accumulators = fold.init();
  fold.add(accumulators, fold.extract(1, 0));

  expect(() => fold.add(accumulators, fold.extract(2, 0))).toThrow('no two');

  expect(fold.results(accumulators)).toEqual({ n: 1, total: 1 });
});
