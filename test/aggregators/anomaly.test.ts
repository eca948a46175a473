import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cusum, ewmaBands, spikeAndDip, zScore } from '../../lib/aggregators/index.ts';
import { agreesWith, logsOf, resultOf, resultOfLog, type Logged } from '../support/aggregating.ts';

const of = (value: number | null): number | null => value;
const steady = [9, 10, 11, 10, 9, 10, 11, 10, 9, 11];
const byTime = (log: readonly Logged<number>[]): readonly Logged<number>[] =>
  log.toSorted((a, b) => a.timestamp - b.timestamp);
const inTime = (log: readonly Logged<number>[]): readonly number[] => byTime(log).map(({ value }) => value);
const numbers = logsOf(fc.integer({ min: -9, max: 9 }));
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const inDeviations = (distance: number, deviation: number): number =>
  Math.abs(distance) < 1e-9 ? 0 : distance / deviation;

describe('zScore', () => {
  test('is the distance of the latest from the mean before it, in deviations', () => {
    expect(resultOf(zScore(of, { atLeast: 4 }), 2, 4, 4, 6, 12)).toBeCloseTo(8 / Math.sqrt(8 / 3), 12);
    expect(resultOf(zScore(of), ...steady, 20)).toBeGreaterThan(10);
  });

  test('waits until there is enough to compare with', () => {
    expect(resultOf(zScore(of), ...steady)).toBeUndefined();
    expect(resultOf(zScore(of), ...steady, null)).toBeUndefined();
    expect(resultOf(zScore(of), ...steady, 10)).toBe(0);
  });

  test('what never varied scores 0 as long as it doesn’t, and infinite once it does', () => {
    const constant = Array.from({ length: 11 }, () => 0.1);

    expect(resultOf(zScore(of), ...constant)).toBe(0);
    expect(resultOf(zScore(of), ...constant, 0.2)).toBe(Infinity);
    expect(resultOf(zScore(of), ...constant, 0)).toBe(-Infinity);
  });

  test('like computing it from scratch', () => {
    agreesWith(
      zScore(of, { atLeast: 2 }),
      numbers,
      (log) => {
        const values = inTime(log);
        const before = values.slice(0, -1);
        if (before.length < 2) return undefined;
        const mean = meanOf(before);
        const squares = before.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        return inDeviations((values.at(-1) ?? 0) - mean, Math.sqrt(squares / (before.length - 1)));
      },
      { digits: 9 },
    );
  });
});

describe('ewmaBands', () => {
  const bands = ewmaBands(of, { halfLife: '3 seconds', atLeast: 5 });

  test('follow a level that drifts', () => {
    const drifting = Array.from({ length: 40 }, (_, index) => index + (index % 2));

    expect(resultOf(bands, ...drifting)?.isOutside).toBe(false);
    expect(resultOf(bands, ...drifting, 90)?.isOutside).toBe(true);
  });

  test('stay narrow around what never varied', () => {
    const constant = Array.from({ length: 400 }, () => 0.1);

    expect(resultOf(bands, ...constant)).toEqual({
      centre: 0.1,
      lower: 0.1,
      upper: 0.1,
      score: 0,
      isOutside: false,
    });
    expect(resultOf(bands, ...constant, 0.11)?.isOutside).toBe(true);
  });

  test('wait until there is enough to compare with', () => {
    expect(resultOf(bands, 1, 2, 1, 2, 1)).toBeUndefined();
    expect(resultOf(bands, 1, 2, 1, 2, 1, 2)).toBeDefined();
  });

  test('like computing them from scratch', () => {
    agreesWith(
      ewmaBands(of, { halfLife: '3 seconds', atLeast: 2, width: 2.013 }),
      numbers,
      (log) => {
        const sorted = byTime(log);
        const before = sorted.slice(0, -1);
        const newest = before.at(-1)?.timestamp ?? 0;
        if (before.length < 2) return undefined;
        const weighted = before.map(
          ({ value, timestamp }) => [2 ** ((timestamp - newest) / 3_000), value] as const,
        );
        const total = weighted.reduce((sum, [weight]) => sum + weight, 0);
        const centre = weighted.reduce((sum, [weight, value]) => sum + weight * value, 0) / total;
        const squares = weighted.reduce((sum, [weight, value]) => sum + weight * (value - centre) ** 2, 0);
        const deviation = squares < 1e-12 ? 0 : Math.sqrt(squares / total);
        const score = inDeviations((sorted.at(-1)?.value ?? 0) - centre, deviation);
        return {
          centre,
          lower: centre - 2.013 * deviation,
          upper: centre + 2.013 * deviation,
          score,
          isOutside: Math.abs(score) > 2.013,
        };
      },
      { digits: 6 },
    );
  });
});

describe('cusum', () => {
  const known = cusum(of, { target: 10, deviation: 1 });

  test('finds a small shift that lasts, and since when', () => {
    const found = resultOf(known, 10, 9, 11, 10, 11.5, 11.5, 11.5, 11.5, 11.5, 11.5);

    expect(found).toEqual({ up: 6, down: 0, isChange: true, since: 4_000 });
  });

  test('finds a shift downwards', () => {
    expect(resultOf(known, 10, 8, 8, 8, 8)).toEqual({ up: 0, down: 6, isChange: true, since: 1_000 });
  });

  test('values that vary around the target are no change', () => {
    expect(resultOf(known, ...steady)?.isChange).toBe(false);
    expect(resultOf(known, null)).toBeUndefined();
  });

  test('learns what is normal from the oldest values', () => {
    const learning = cusum(of, { baseline: 10 });

    expect(resultOf(learning, ...steady)).toBeUndefined();
    expect(resultOf(learning, ...steady, 10)?.isChange).toBe(false);
    expect(resultOf(learning, ...steady, 13, 13, 13)).toMatchObject({ isChange: true, since: 10_000 });
    expect(resultOf(learning, ...steady.map(() => 3), 13)).toBeUndefined();
  });

  test.each([
    [{ baseline: 1 }, 'the baseline of cusum is "1"; give a whole number from 2 to 199'],
    [{ target: 0, deviation: 0 }, 'cusum has drift "0.5", threshold "5", deviation "0"'],
    [{ baseline: 9, drift: -1 }, 'cusum has drift "-1"'],
  ])('refuses %j', (options, message) => {
    expect(() => cusum(of, options)).toThrow(message);
  });

  test('like the recursion over sorted values', () => {
    agreesWith(cusum(of, { target: 1, deviation: 2, keep: 8, threshold: 2 }), numbers, (log) => {
      const sorted = byTime(log).slice(-8);
      if (sorted.length === 0) return undefined;
      // Each sum is the largest among those over the values since some instant; that instant is where it left 0.
      const sums = [1, -1].map((sign) =>
        sorted
          .map(({ timestamp }, from) => ({
            sum: sorted.slice(from).reduce((sum, { value }) => sum + (sign * (value - 1)) / 2 - 0.5, 0),
            timestamp,
          }))
          .reduce((best, each) => (each.sum >= best.sum ? each : best), { sum: 0, timestamp: 0 }),
      );
      const [up = { sum: 0, timestamp: 0 }, down = { sum: 0, timestamp: 0 }] = sums;
      const isChange = up.sum > 2 || down.sum > 2;
      const since = up.sum > down.sum ? up.timestamp : down.timestamp;
      return { up: up.sum, down: down.sum, isChange, since: isChange ? since : undefined };
    });
  });
});

describe('spikeAndDip', () => {
  test('earlier outliers do not blunt it', () => {
    const withOutlier = [...steady, 1_000];

    expect(resultOf(spikeAndDip(of), ...withOutlier, 30)).toMatchObject({ isSpike: true, isDip: false });
    expect(resultOf(zScore(of), ...withOutlier, 30)).toBeLessThan(1);
    expect(resultOf(spikeAndDip(of), ...withOutlier, -10)).toMatchObject({ isSpike: false, isDip: true });
    expect(resultOf(spikeAndDip(of), ...withOutlier, 10)).toEqual({ score: 0, isSpike: false, isDip: false });
  });

  test('where most values are equal the mean distance takes the place of the median', () => {
    const mostlyEqual = [5, 5, 5, 5, 5, 5, 5, 5, 5, 6];

    expect(resultOf(spikeAndDip(of), ...mostlyEqual, 6)?.score).toBeCloseTo(10 / Math.sqrt(Math.PI / 2), 9);
    expect(resultOf(spikeAndDip(of), ...mostlyEqual.slice(0, -1), 5, 6)?.score).toBe(Infinity);
  });

  test('waits until there is enough to compare with', () => {
    expect(resultOf(spikeAndDip(of), ...steady)).toBeUndefined();
  });

  test('like computing it over the latest values from scratch', () => {
    const small = spikeAndDip(of, { keep: 6, atLeast: 3 });
    agreesWith(small, numbers, (log) => resultOfLog(small, byTime(log).slice(-6)));
  });
});
