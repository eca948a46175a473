import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Random } from '../../../../bench/nexmark/generator/random.ts';
import { SplittableRandom } from '../../../../bench/nexmark/generator/splittable-random.ts';
import { holds } from '../../../support/properties.ts';

test('a sequence of SplittableRandom agrees with 64-bit arithmetic, whatever the seed and the calls', () => {
  const bound = fc.oneof(
    fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    fc.nat(30).map((power) => 2 ** power),
    fc.constant(2 ** 30 + 1),
  );
  holds(
    fc.property(fc.maxSafeInteger(), fc.array(bound, { maxLength: 20 }), (seed, bounds) => {
      const random = new SplittableRandom(seed);
      const model = modelOf(seed);

      const drawn = bounds.map((each) => [random.below(each), random.int(), random.double()]);

      expect(drawn).toEqual(bounds.map((each) => [model.below(each), model.int(), model.double()]));
    }),
  );
});

test.each([
  [42, [-491277234, 1, 418, 95458856, 0.8006318767135033]],
  [-7, [-669310854, 3, 955, 1062177434, 0.5659100917825678]],
  [1234567890123, [1256376717, 1, 1008, 231244231, 0.9181280767405147]],
])('seed %d of SplittableRandom gives what the JDK gives', (seed, expected) => {
  const random = new SplittableRandom(seed);

  const drawn = [
    random.int(),
    random.below(13),
    random.below(1024),
    random.below(2 ** 30 + 1),
    random.double(),
  ];

  expect(drawn).toEqual(expected);
});

function modelOf(seed: number): Random {
  let state = BigInt.asUintN(64, BigInt(seed));
  const mixed = (shifts: readonly [bigint, bigint], factors: readonly [bigint, bigint]): bigint => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    const once = BigInt.asUintN(64, (state ^ (state >> shifts[0])) * factors[0]);
    return BigInt.asUintN(64, (once ^ (once >> shifts[1])) * factors[1]);
  };
  const bits32 = (): bigint => mixed([33n, 28n], [0x62a9d9ed799705f5n, 0xcb24d0a5c88c35b3n]) >> 32n;
  return {
    below: (bound) => {
      if (Number.isInteger(Math.log2(bound))) return Number(bits32() & BigInt(bound - 1));
      for (;;) {
        const drawn = bits32() >> 1n;
        const value = drawn % BigInt(bound);
        if (drawn + BigInt(bound - 1) - value < 2n ** 31n) return Number(value);
      }
    },
    int: () => Number(BigInt.asIntN(32, bits32())),
    double: () => {
      const bits64 = mixed([30n, 27n], [0xbf58476d1ce4e5b9n, 0x94d049bb133111ebn]);
      return Number((bits64 ^ (bits64 >> 31n)) >> 11n) / 2 ** 53;
    },
  };
}
