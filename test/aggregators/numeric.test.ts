import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  avg,
  count,
  foldOf,
  max,
  min,
  sum,
  sumBigInt,
  type AnyAggregator,
} from '../../lib/aggregators/index.ts';
import { agreesWith, logsOf, resultOf as resultOfValues } from '../support/aggregating.ts';

interface Reading {
  readonly value: number | null | undefined;
}

const of = (reading: Reading): number | null | undefined => reading.value;

function resultOf<Out>(aggregator: AnyAggregator<Reading, Out>, ...values: readonly Reading['value'][]): Out {
  return resultOfValues(aggregator, ...values.map((value) => ({ value })));
}

describe('values that do not count', () => {
  test.each([
    ['count()', count(), 4],
    ['count(of)', count(of), 1],
    ['sum', sum(of), 3],
    ['avg', avg(of), 3],
    ['min', min(of), 3],
    ['max', max(of), 3],
  ])('%s passes over null, undefined and NaN', (_, aggregator, expected) => {
    expect(resultOf(aggregator, 3, null, undefined, Number.NaN)).toBe(expected);
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
  for (const value of ['Zebra', 'apple', 'Äpfel'])
    texts.add(accumulators, texts.prepare(accumulators, texts.extract(value, 0)));

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
  fold.add(accumulators, fold.prepare(accumulators, fold.extract(1, 0)));

  expect(() => fold.add(accumulators, fold.prepare(accumulators, fold.extract(2, 0)))).toThrow('no two');

  expect(fold.results(accumulators)).toEqual({ n: 1, total: 1 });
});

describe('sumBigInt', () => {
  const amounts = sumBigInt((value: bigint | number | null) => value);

  test('adds whole numbers of any size exactly', () => {
    expect(resultOfValues(amounts, 2n ** 64n, 1, null, -3n)).toBe(2n ** 64n - 2n);
    expect(resultOfValues(amounts)).toBe(0n);
  });

  test('refuses a number that is not whole', () => {
    expect(() => amounts.extract(1.5, 0)).toThrow(RangeError);
  });

  test('like adding bigints, also after having been stored', () => {
    const logs = logsOf(fc.bigInt({ min: -(2n ** 100n), max: 2n ** 100n }));

    agreesWith(amounts, logs, (log) => log.reduce((total, { value }) => total + value, 0n), {
      isOrderless: true,
    });
  });
});

test('-0 counts as 0', () => {
  expect(resultOf(min(of), -0, 0)).toBe(0);
  expect(resultOf(max(of), -0)).toBe(0);
});
