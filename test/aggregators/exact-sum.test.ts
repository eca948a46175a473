import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { addExactly, sumOf, type ExactSum } from '../../lib/aggregators/exact-sum.ts';
import { holds } from '../support/properties.ts';

/** A float as a whole number of 2^-1074: exact. */
function scaled(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 1n ? -magnitude : magnitude;
}

const sum = (values: readonly number[]): ExactSum =>
  values.reduce<ExactSum>((partials, value) => addExactly(partials, value), []);
const floats = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), {
  maxLength: 40,
});

test('holds the sum of floats exactly', () => {
  holds(
    fc.property(floats, (values) => {
      const exact = values.reduce((total, value) => total + scaled(value), 0n);

      const held = sum(values).reduce((total, partial) => total + scaled(partial), 0n);

      expect(held).toBe(exact);
    }),
  );
});

test('rounds to the nearest float, once', () => {
  holds(
    fc.property(floats, (values) => {
      const exact = values.reduce((total, value) => total + scaled(value), 0n);

      const rounded = sumOf(sum(values));

      const error = (value: number): bigint => {
        const difference = scaled(value) - exact;
        return difference < 0n ? -difference : difference;
      };
      const neighbours = [rounded * (1 + Number.EPSILON), rounded * (1 - Number.EPSILON)].filter(
        Number.isFinite,
      );
      for (const neighbour of neighbours) expect(error(rounded) <= error(neighbour)).toBe(true);
    }),
  );
});

test('does not depend on order, nor on how partial sums were merged', () => {
  holds(
    fc.property(floats, fc.nat(40), (values, cut) => {
      const whole = sumOf(sum(values));

      const reversed = sumOf(sum(values.toReversed()));
      const merged = sumOf(
        sum(values.slice(cut)).reduce((total, part) => addExactly(total, part), sum(values.slice(0, cut))),
      );

      expect(reversed).toBe(whole);
      expect(merged).toBe(whole);
    }),
  );
});

test.each([
  [[1e16, 1, -1e16], 1],
  [[0.1, 0.2, 0.3], 0.6],
  [[Infinity, 1], Infinity],
  [[Infinity, -Infinity], Number.NaN],
  [[1, Infinity, 5], Infinity],
  [[], 0],
])('the sum of %j is %d', (values, expected) => {
  expect(sumOf(sum(values))).toBe(expected);
});
