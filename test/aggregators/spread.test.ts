import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { stddev, variance } from '../../lib/aggregators/index.ts';
import { agreesWith, logsOf, resultOf, type Logged } from '../support/aggregating.ts';

const of = (value: number | null): number | null => value;

const exactly = (log: readonly Logged<number>[]): number | undefined => {
  const values = log.map(({ value }) => BigInt(value * 1_024));
  const n = BigInt(values.length);
  if (n < 2n) return undefined;
  const sum = values.reduce((total, value) => total + value, 0n);
  const squares = values.reduce((total, value) => total + value * value, 0n);
  return Number(n * squares - sum * sum) / 1_024 ** 2 / Number(n * (n - 1n));
};

test.each([
  ['sample', [2, 4, 4, 4, 5, 5, 7, 9], 32 / 7],
  ['population', [2, 4, 4, 4, 5, 5, 7, 9], 4],
  ['sample', [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16], 30],
  ['sample', [0.1, 0.1, 0.1], 0],
  ['sample', [1e100, 1e100], 0],
  ['sample', [5], undefined],
  ['population', [5], 0],
  ['population', [], undefined],
  ['sample', [1, null, 3, Number.NaN], 2],
  ['sample', [1, Infinity], Number.NaN],
  ['sample', [1e200, 1], Number.NaN],
] as const)('the variance of a %s %j is %d', (kind, values, expected) => {
  expect(resultOf(variance(of, { of: kind }), ...values)).toBe(expected);
});

test('the standard deviation is the root of the variance', () => {
  expect(resultOf(stddev(of, { of: 'population' }), 2, 4, 4, 4, 5, 5, 7, 9)).toBe(2);
  expect(resultOf(stddev(of), 1)).toBeUndefined();
});

describe('like whole numbers of any size', () => {
  const scaled = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });

  test('variance, to the last bit', () => {
    agreesWith(variance(of), logsOf(scaled.map((n) => n / 1_024)), exactly, { isOrderless: true });
  });
});
