import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { count, custom, foldOf, reduce } from '../../lib/aggregators/index.ts';
import { agreesWith, folded, logsOf, resultOf } from '../support/aggregating.ts';

const product = reduce({
  init: () => 1n,
  add: (total, value: bigint) => total * value,
  merge: (total, other) => total * other,
});

test('a reduction like Array.reduce', () => {
  const logs = logsOf(fc.bigInt({ min: -9n, max: 9n }));

  agreesWith(product, logs, (log) => log.reduce((total, { value }) => total * value, 1n));
});

test('an aggregate of your own has a result of its own, and its kind names the shape', () => {
  const longest = custom({
    kind: 'longest',
    init: () => ({ words: [] as readonly string[] }),
    add: ({ words }, word: string) => ({ words: [...words, word] }),
    merge: (a, b) => ({ words: [...a.words, ...b.words] }),
    result: ({ words }) => Math.max(0, ...words.map((word) => word.length)),
  });

  expect(longest.kind).toBe('custom(longest)');
  expect(resultOf(longest, 'ox', 'horse')).toBe(5);
  agreesWith(longest, logsOf(fc.string()), (log) => Math.max(0, ...log.map(({ value }) => value.length)));
});

test('a record on which add throws is folded into none of the aggregates', () => {
  const picky = reduce({
    init: () => 0,
    add: (total, value: unknown) => {
      if (value === 2) throw new Error('no two');
      return total + Number(value);
    },
    merge: (a, b) => a + b,
  });
  const fold = foldOf({ before: count(), picky, after: count() });
  const accumulators = fold.init();
  fold.add(accumulators, fold.prepare(accumulators, fold.extract(1, 0)));

  expect(() => fold.add(accumulators, fold.prepare(accumulators, fold.extract(2, 0)))).toThrow('no two');

  expect(fold.results(accumulators)).toEqual({ before: 1, picky: 1, after: 1 });
});

test('an accumulator that is changed in place throws before anything has changed', () => {
  const careless = reduce({
    init: () => ({ words: [] as string[] }),
    add: (accumulator, word: string) => {
      accumulator.words.push(word);
      return accumulator;
    },
    merge: (accumulator) => accumulator,
  });

  expect(() => careless.prepare?.(careless.init(), careless.extract('ox', 0) as never)).toThrow(TypeError);
  expect(folded(careless, [{ value: 'ox', timestamp: 0 }])).toEqual({ words: [] });
});
