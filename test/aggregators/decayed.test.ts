import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ewma } from '../../lib/aggregators/index.ts';
import { agreesWith, logsOf, resultOf, resultOfLog, type Logged } from '../support/aggregating.ts';

const perSecond = ewma((value: number | null) => value, { halfLife: '1 second' });

const closedForm = (log: readonly Logged<number>[]): number | undefined => {
  const newest = Math.max(...log.map(({ timestamp }) => timestamp));
  const weights = log.map(({ timestamp }) => 2 ** ((timestamp - newest) / 1_000));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return log.length === 0
    ? undefined
    : log.reduce((sum, { value }, index) => sum + (weights[index] ?? 0) * value, 0) / total;
};

test('each second halves the weight of a value', () => {
  expect(resultOf(perSecond, 0, 6)).toBe(4);
  expect(resultOf(perSecond, 5, 5, null, 5)).toBe(5);
  expect(resultOf(perSecond, null)).toBeUndefined();
});

test('a late value gets the weight it would have had in time', () => {
  const log = [
    { value: 0, timestamp: 2_000 },
    { value: 8, timestamp: 1_000 },
    { value: 20, timestamp: 0 },
  ];

  expect(resultOfLog(perSecond, log)).toBeCloseTo(36 / 7, 12);
});

test('is the weighted mean, to within rounding', () => {
  agreesWith(perSecond, logsOf(fc.integer({ min: -50, max: 50 })), closedForm, {
    isOrderless: true,
    digits: 9,
  });
});

test('refuses a half-life of nothing', () => {
  expect(() => ewma((value: number) => value, { halfLife: 0 })).toThrow('half-life of ewma');
});
