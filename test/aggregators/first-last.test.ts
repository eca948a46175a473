import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { first, last } from '../../lib/aggregators/index.ts';
import { agreesWith, logsOf, resultOf, resultOfLog } from '../support/aggregating.ts';

const log = [
  { value: 'b', timestamp: 2_000 },
  { value: 'a', timestamp: 1_000 },
  { value: 'a again', timestamp: 1_000 },
  { value: 'b again', timestamp: 2_000 },
];

test('first and last go by event time; among equal times by log order', () => {
  expect(resultOfLog(first<string>(), log)).toBe('a');
  expect(resultOfLog(last<string>(), log)).toBe('b again');
});

const of = (value: number | null | undefined): number | null | undefined => value;

test.each([[null], [undefined], [Number.NaN]])('%s is neither first nor last', (nothing) => {
  expect(resultOf(first(of), nothing, 1, 2, nothing)).toBe(1);
  expect(resultOf(last(of), nothing, 1, 2, nothing)).toBe(2);
  expect(resultOf(first(of), nothing)).toBeUndefined();
  expect(resultOf(last(of), nothing)).toBeUndefined();
});

describe('like sorting by time', () => {
  const values = logsOf(fc.string({ maxLength: 3 }));

  test('first', () => {
    agreesWith(first<string>(), values, (all) => all.toSorted((a, b) => a.timestamp - b.timestamp)[0]?.value);
  });

  test('last', () => {
    agreesWith(
      last<string>(),
      values,
      (all) => all.toSorted((a, b) => a.timestamp - b.timestamp).at(-1)?.value,
    );
  });
});
