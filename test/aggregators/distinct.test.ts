import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { approxCountDistinct, countDistinct, distinct } from '../../lib/aggregators/index.ts';
import { hashOf } from '../../lib/aggregators/hyper-log-log.ts';
import { encode } from '../../lib/model/index.ts';
import { agreesWith, folded, logsOf, resultOf, type Logged } from '../support/aggregating.ts';

type Value = number | string | bigint | boolean | null;
const of = (value: Value): Value => value;
const found = (log: readonly Logged<Value>[]): Exclude<Value, null>[] =>
  [...new Set(log.map(({ value }) => value))].filter((value) => value !== null);
const logged = (values: readonly number[]): readonly Logged<number>[] =>
  values.map((value) => ({ value, timestamp: 0 }));
const numbers = (n: number): readonly Logged<number>[] =>
  logged(Array.from({ length: n }, (_, value) => value));
const logs = logsOf<Value>(
  fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('1', '2', 1n, 2n, true, false, null, 2 ** 60)),
);

describe('distinct', () => {
  test('values of different types differ; 0 and -0 are the same', () => {
    expect(resultOf(distinct(of, { limit: 9 }), 1, '1', 1n, true, 0, -0, null, 1)).toEqual([
      1,
      '1',
      1n,
      true,
      0,
    ]);
  });

  test('beyond the limit only values known already count', () => {
    expect(resultOf(distinct(of, { limit: 2, overflow: 'keep-first' }), 1, 2, 1)).toEqual({
      values: [1, 2],
      truncated: false,
    });
    expect(resultOf(distinct(of, { limit: 2, overflow: 'keep-first' }), 1, 2, 1, 3)).toEqual({
      values: [1, 2],
      truncated: true,
    });
  });

  test('beyond the limit a new value is refused, a known one is not', () => {
    const all = countDistinct(of, { limit: 2 });
    const accumulator = folded(
      all,
      [1, 2].map((value) => ({ value, timestamp: 0 })),
    ) as never;

    expect(all.prepare?.(accumulator, 2)).toBe(2);
    expect(() => all.prepare?.(accumulator, 3)).toThrow(
      'countDistinct holds 2 different values and its limit is 2; raise the limit, or count with approxCountDistinct',
    );
  });

  test('like a set', () => {
    agreesWith(distinct(of, { limit: 25 }), logs, found);
    agreesWith(countDistinct(of, { limit: 25 }), logs, (log) => found(log).length, { isOrderless: true });
    agreesWith(distinct(of, { limit: 4, overflow: 'keep-first' }), logs, (log) => ({
      values: found(log).slice(0, 4),
      truncated: found(log).length > 4,
    }));
  });
});

describe('approxCountDistinct', () => {
  const each = approxCountDistinct((value: number) => value);

  test('is exact for small sets', () => {
    agreesWith(approxCountDistinct(of), logs, (log) => found(log).length, { isOrderless: true });
  });

  test.each([[256], [257], [1_000], [3_000], [10_000], [100_000]])(
    'of %d is within three standard errors',
    (n) => {
      const estimate = each.result(folded(each, numbers(n)) as never);

      expect(Math.abs(estimate - n) / n).toBeLessThan(n <= 256 ? 1e-12 : (3 * 1.04) / Math.sqrt(4_096));
    },
  );

  test('errs by 1.04 / sqrt(registers) over many sets', () => {
    const coarse = approxCountDistinct((value: string) => value, { precision: 6 });
    const errors = Array.from({ length: 300 }, (_, set) => {
      const values = Array.from({ length: 500 }, (__, n) => ({ value: `${set}/${n}`, timestamp: 0 }));
      return (coarse.result(folded(coarse, values) as never) - 500) / 500;
    });

    const bias = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const rms = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);

    expect(Math.abs(bias)).toBeLessThan(0.025);
    expect(rms).toBeLessThan((1.04 / Math.sqrt(64)) * 1.15);
  });

  test('keeps the same bytes whatever the order, the repetitions and the merging', () => {
    const coarse = approxCountDistinct((value: number) => value, { precision: 6 });
    const logsOfMany = fc.array(fc.nat(40), { maxLength: 60 });

    const [a, b] = [
      fc.sample(logsOfMany, { seed: 1, numRuns: 50 }),
      fc.sample(logsOfMany, { seed: 2, numRuns: 50 }),
    ];

    a.forEach((one, index) => {
      const other = b[index] ?? [];
      const whole = folded(coarse, logged([...one, ...other]));
      const merged = coarse.merge(
        folded(coarse, logged(other)) as never,
        folded(coarse, logged(one)) as never,
      );
      expect(encode(merged)).toEqual(encode(whole));
    });
  });

  test('takes at most a byte for each register', () => {
    const few = folded(each, numbers(256));
    const many = folded(each, numbers(50_000));

    expect(encode(few).length).toBeLessThan(2_500);
    expect(encode(many).length).toBeLessThanOrEqual(4_096 + 8);
  });

  test('hashes of similar values are spread evenly', () => {
    const buckets = Array.from({ length: 256 }, () => 0);
    for (let n = 0; n < 25_600; n += 1) {
      const bucket = Math.floor(hashOf(n) / 2 ** 40);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }

    const chiSquare = buckets.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);

    expect(chiSquare).toBeGreaterThan(170);
    expect(chiSquare).toBeLessThan(355);
  });
});
