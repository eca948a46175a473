import { expect, test } from '@jest/globals';
import {
  approxCountDistinct,
  bottomN,
  collect,
  countDistinct,
  cusum,
  distinct,
  ewma,
  ewmaBands,
  lag,
  maxBy,
  minBy,
  percentile,
  percentiles,
  spikeAndDip,
  stddev,
  topN,
  variance,
} from '../../lib/aggregators/index.ts';

const of = (value: number): number => value;

test.each([
  [topN(10, { by: of }), 'top(10)'],
  [topN(10, { by: of, id: of }), 'top(10 by id)'],
  [bottomN(3, { by: of }), 'bottom(3)'],
  [maxBy(of), 'top(1)'],
  [minBy(of), 'bottom(1)'],
  [collect(of, { limit: 5, overflow: 'keep-last' }), 'collect(keep-last 5)'],
  [distinct(of, { limit: 5, overflow: 'keep-first' }), 'distinct(keep-first 5)'],
  [approxCountDistinct(of, { precision: 10 }), 'approxCountDistinct(10)'],
  [percentile(0.9, of), 'percentile(0.01)'],
  [percentiles({ p50: 0.5 }, of, { relativeError: 0.05 }), 'percentile(0.05)'],
  [ewma(of, { halfLife: '1 minute' }), 'ewma(60000)'],
  [ewmaBands(of, { halfLife: '1 minute' }), 'ewmaBands(60000)'],
  [lag(of, { back: 2 }), 'lag(2)'],
  [cusum(of, { baseline: 10, keep: 50 }), 'cusum(50)'],
  [spikeAndDip(of, { keep: 50 }), 'spikeAndDip(50)'],
])('a kind names what its state depends on: %#', ({ kind }, expected) => {
  expect(kind).toBe(expected);
});

test('what only bears on the result can change without losing state', () => {
  expect(collect(of, { limit: 9 }).kind).toBe(collect(of, { limit: 5 }).kind);
  expect(countDistinct(of, { limit: 9 }).kind).toBe(distinct(of, { limit: 5 }).kind);
  expect(stddev(of).kind).toBe(variance(of, { of: 'population' }).kind);
  expect(percentile(0.9, of).kind).toBe(percentile(0.5, of).kind);
  expect(cusum(of, { baseline: 10 }).kind).toBe(cusum(of, { target: 0, deviation: 1 }).kind);
});
