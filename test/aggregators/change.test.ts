import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { delta, lag, rate } from '../../lib/aggregators/index.ts';
import { agreesWith, logsOf, resultOf, resultOfLog, type Logged } from '../support/aggregating.ts';

const of = (value: number | null): number | null => value;
const inTime = <T>(log: readonly Logged<T>[]): readonly Logged<T>[] =>
  log.toSorted((a, b) => a.timestamp - b.timestamp);
const numbers = logsOf(fc.integer({ min: -9, max: 9 }));

describe('delta', () => {
  test('is the last minus the first, by event time', () => {
    const log = [
      { value: 7, timestamp: 2_000 },
      { value: 5, timestamp: 1_000 },
      { value: 9, timestamp: 4_000 },
    ];

    expect(resultOfLog(delta(of), log)).toBe(4);
    expect(resultOfLog(delta(of, { per: '1 minute' }), log)).toBe(80);
  });

  test('takes two values, and as a rate two instants', () => {
    const twins = [5, 8].map((value) => ({ value, timestamp: 0 }));

    expect(resultOf(delta(of), 5, null)).toBeUndefined();
    expect(resultOfLog(delta(of), twins)).toBe(3);
    expect(resultOfLog(delta(of, { per: '1 second' }), twins)).toBeUndefined();
  });

  test('like sorting by time', () => {
    agreesWith(delta(of), numbers, (log) => {
      const sorted = inTime(log);
      return sorted.length < 2 ? undefined : (sorted.at(-1)?.value ?? 0) - (sorted[0]?.value ?? 0);
    });
  });
});

describe('lag', () => {
  test('is the value before the latest, or further back', () => {
    expect(resultOf(lag(of), 1, 2, null, 3)).toBe(2);
    expect(resultOf(lag(of, { back: 2 }), 1, 2, 3)).toBe(1);
    expect(resultOf(lag(of), 1)).toBeUndefined();
  });

  test('like sorting by time', () => {
    agreesWith(lag(of, { back: 3 }), numbers, (log) => inTime(log).at(-4)?.value);
  });
});

describe('rate', () => {
  test('counts records, or what they add, over a length of time', () => {
    expect(resultOf(rate({ over: '1 minute' }), 1, 2, 3)).toBe(0.05);
    expect(resultOf(rate({ of, over: '2 seconds' }), 1, null, 3)).toBe(2);
    expect(resultOf(rate({ of, over: '2 seconds' }), null)).toBe(0);
  });

  test('without a length goes from the first event to the last, which leaves out what the first brought', () => {
    expect(resultOf(rate(), 'a', 'b', 'c', 'd')).toBe(1);
    expect(resultOf(rate({ of }), 100, 4, 6)).toBe(5);
    expect(resultOf(rate(), 'a')).toBeUndefined();
  });

  test('like sorting by time', () => {
    agreesWith(
      rate({ of }),
      numbers,
      (log) => {
        const times = log.map(({ timestamp }) => timestamp);
        const [first, last] = [Math.min(...times), Math.max(...times)];
        const since = log.filter(({ timestamp }) => timestamp > first);
        const total = since.reduce((sum, { value }) => sum + value, 0);
        return last > first ? (total / (last - first)) * 1_000 : undefined;
      },
      { isOrderless: true },
    );
  });
});
