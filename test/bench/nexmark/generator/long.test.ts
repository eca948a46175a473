import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { multiplyHigh } from '../../../../bench/nexmark/generator/long.ts';
import { holds } from '../../../support/properties.ts';

const half = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 0xffff, 0x10000));

test('the halves of a product are those of the 64-bit product', () => {
  holds(
    fc.property(half, half, half, half, (aHigh, aLow, bHigh, bLow) => {
      const product = BigInt.asIntN(64, long(aHigh, aLow) * long(bHigh, bLow));

      const halves = [multiplyHigh(aHigh, aLow, bHigh, bLow), Math.imul(aLow, bLow)];

      expect(halves).toEqual([Number(product >> 32n), Number(BigInt.asIntN(32, product))]);
    }),
  );
});

function long(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}
