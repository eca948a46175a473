import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { percentile, percentiles } from '../../lib/aggregators/index.ts';
import { encode } from '../../lib/model/index.ts';
import { folded, agreesWith, logsOf, resultOf, resultOfLog } from '../support/aggregating.ts';
import { holds } from '../support/properties.ts';

const of = (value: number | null): number | null => value;
const oneTo = (n: number): readonly number[] => Array.from({ length: n }, (_, index) => index + 1);

const spreadOut = (n: number): { value: number; timestamp: number }[] =>
  oneTo(n).map((k) => ({ value: 1 + ((k * 7_919) % 1_000) / 100, timestamp: 0 }));

test('the smallest and the largest are exact, what lies between is within 1 %', () => {
  const found = resultOf(percentiles({ min: 0, median: 0.5, p99: 0.99, max: 1 }, of), ...oneTo(1_000));

  expect(found?.min).toBe(1);
  expect(found?.max).toBe(1_000);
  expect(found?.median).toBeGreaterThan(495);
  expect(found?.median).toBeLessThan(505);
  expect(found?.p99).toBeGreaterThan(980);
  expect(found?.p99).toBeLessThan(1_000);
});

test.each([
  [[], undefined],
  [[null, Number.NaN], undefined],
  [[7], 7],
  [[-0], 0],
  [[-5, 0, 5], 0],
  [[-Infinity, 3, Infinity], 3],
])('the median of %j is about %d', (values, expected) => {
  const found = resultOf(percentile(0.5, of), ...values);

  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toBeCloseTo(expected, 1);
});

test('several percentiles of nothing are nothing', () => {
  expect(resultOf(percentiles({ p50: 0.5 }, of), null)).toBeUndefined();
});

test.each([
  [95, 'a percentile is asked for at "95"; give a share from 0 to 1; for the 95th percentile write 0.95'],
  [-1, 'a percentile is asked for at "-1"; give a share from 0 to 1'],
])('there is no percentile at %d', (p, message) => {
  expect(() => percentile(p, of)).toThrow(message);
});

test('a relative error of nothing is refused', () => {
  expect(() => percentile(0.5, of, { relativeError: 0 })).toThrow(
    'the relative error of a percentile is "0"; give a share from 0.0001 to 0.5, such as 0.01',
  );
});

describe('like sorting', () => {
  const numbers = fc.oneof(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.integer({ min: -5, max: 5 }),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: 1e-30, max: 1e30 }),
  );
  const shares = fc.double({ min: 0, max: 1, noNaN: true });

  test.each([[0.01], [0.1]])('within a relative error of %d', (relativeError) => {
    holds(
      fc.property(logsOf(numbers), shares, (log, p) => {
        const sorted = log.map(({ value }) => value).toSorted((a, b) => a - b);
        const exact = sorted[Math.floor(p * (sorted.length - 1))];

        const found = resultOfLog(percentile(p, of, { relativeError }), log);

        if (exact === undefined) expect(found).toBeUndefined();
        else
          expect(Math.abs((found ?? Number.NaN) - exact)).toBeLessThanOrEqual(
            Math.abs(exact) * relativeError * (1 + 1e-9),
          );
      }),
    );
  });

  test('the same, however it was cut, ordered or stored', () => {
    const spread = percentiles({ p10: 0.1, p50: 0.5, p90: 0.9 }, of);

    agreesWith(spread, logsOf(numbers), (log) => resultOfLog(spread, log.toReversed()), {
      isOrderless: true,
    });
  });
});

describe('state', () => {
  test('grows with the range of the values, not with their number', () => {
    const sketch = percentile(0.5, of);
    expect(encode(folded(sketch, spreadOut(50_000))).length).toBeLessThan(700);
  });

  test('has a bound; values nearest to zero are the first to be told apart no longer', () => {
    const fine = percentiles({ low: 0.25, high: 0.9 }, of, { relativeError: 0.001 });
    const values = Array.from({ length: 5_000 }, (_, n) => 1.0021 ** n);

    const shuffled = values.toSorted((a, b) => ((a * 7_919) % 1) - ((b * 7_919) % 1));
    const found = resultOf(fine, ...values);

    expect(
      encode(
        folded(
          fine,
          values.map((value) => ({ value, timestamp: 0 })),
        ),
      ).length,
    ).toBeLessThan(12_000);
    expect(resultOf(fine, ...shuffled)).toEqual(found);
    expect((found?.high ?? 0) / 1.0021 ** Math.floor(0.9 * 4_999)).toBeCloseTo(1, 2);
    expect(found?.low).toBeGreaterThan(1.0021 ** Math.floor(0.25 * 4_999));
  });
});
