import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { JavaRandom } from '../../../../bench/nexmark/generator/java-random.ts';
import { holds } from '../../../support/properties.ts';

describe('java.util.Random', () => {
  test('a sequence agrees with 64-bit arithmetic, whatever the seed and the calls', () => {
    holds(
      fc.property(fc.maxSafeInteger(), calls(), (seed, bounds) => {
        const random = new JavaRandom(seed);
        const model = modelOf(seed);

        const drawn = bounds.map((bound) => [random.below(bound), random.int(), random.double()]);

        expect(drawn).toEqual(bounds.map((bound) => [model.below(bound), model.int(), model.double()]));
      }),
    );
  });

  test.each([
    [42, [-1170105035, 7, 699, 102948884, 0.30871945533265976]],
    [-7, [1155869324, 7, 689, 314447087, 0.8518782305056931]],
    [1234567890123, [-8722476, 2, 785, 458291080, 0.2190434024416582]],
  ])('seed %d gives what the JDK gives', (seed, expected) => {
    const random = new JavaRandom(seed);

    const drawn = [
      random.int(),
      random.below(13),
      random.below(1024),
      random.below(2 ** 30 + 1),
      random.double(),
    ];

    expect(drawn).toEqual(expected);
  });

  test('reseeding starts the sequence of the new seed', () => {
    const random = new JavaRandom(1);
    random.int();

    random.reseed(42);

    expect([random.int(), random.int()]).toEqual([-1170105035, 234785527]);
  });
});

function calls(): fc.Arbitrary<readonly number[]> {
  const bound = fc.oneof(
    fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    fc.nat(30).map((power) => 2 ** power),
    // Half of the draws are rejected.
    fc.constant(2 ** 30 + 1),
  );
  return fc.array(bound, { maxLength: 20 });
}

function modelOf(seed: number): Pick<JavaRandom, 'below' | 'int' | 'double'> {
  let state = BigInt.asUintN(48, BigInt(seed) ^ 0x5deece66dn);
  const bits = (count: number): bigint => {
    state = BigInt.asUintN(48, state * 0x5deece66dn + 0xbn);
    return state >> BigInt(48 - count);
  };
  return {
    below: (bound) => {
      if (Number.isInteger(Math.log2(bound))) return Number((BigInt(bound) * bits(31)) >> 31n);
      for (;;) {
        const drawn = bits(31);
        const value = drawn % BigInt(bound);
        if (drawn - value + BigInt(bound - 1) < 2n ** 31n) return Number(value);
      }
    },
    int: () => Number(BigInt.asIntN(32, bits(32))),
    double: () => Number((bits(26) << 27n) + bits(27)) / 2 ** 53,
  };
}
