import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { bottomN, maxBy, minBy, topN } from '../../lib/aggregators/index.ts';
import { agreesWith, logsOf, resultOf, resultOfLog, type Logged } from '../support/aggregating.ts';

interface Bid {
  readonly bidder: string | null;
  readonly price: number | null;
}

const bid = (bidder: string | null, price: number | null): Bid => ({ bidder, price });
const by = ({ price }: Bid): number | null => price;
const id = ({ bidder }: Bid): string | null => bidder;

const ranked = (log: readonly Logged<Bid>[], sign: number): readonly Bid[] =>
  log
    .filter(({ value }) => value.price !== null)
    .toSorted((a, b) => sign * ((b.value.price ?? 0) - (a.value.price ?? 0)) || a.timestamp - b.timestamp)
    .map(({ value }) => value);

const firstOfEach = (all: readonly Bid[]): readonly Bid[] =>
  all
    .filter(({ bidder }) => bidder !== null)
    .filter(({ bidder }, index, named) => named.findIndex((other) => other.bidder === bidder) === index);

describe('ranks', () => {
  test('the largest come first, and no more than were asked for', () => {
    const bids = [bid('ann', 3), bid('bob', 9), bid('cid', 5), bid('dan', 1)];

    expect(resultOf(topN(2, { by }), ...bids)).toEqual([bid('bob', 9), bid('cid', 5)]);
    expect(resultOf(bottomN(2, { by }), ...bids)).toEqual([bid('dan', 1), bid('ann', 3)]);
    expect(resultOf(maxBy(by), ...bids)).toEqual(bid('bob', 9));
    expect(resultOf(minBy(by, id), ...bids)).toBe('dan');
  });

  test('equal ranks go by event time, then by log order', () => {
    const log = [
      { value: bid('late', 5), timestamp: 2_000 },
      { value: bid('early', 5), timestamp: 1_000 },
      { value: bid('early, after', 5), timestamp: 1_000 },
    ];

    expect(resultOfLog(topN(3, { by, of: id }), log)).toEqual(['early', 'early, after', 'late']);
    expect(resultOfLog(bottomN(2, { by, of: id }), log)).toEqual(['early', 'early, after']);
  });

  test('with an id, only the best of each takes part', () => {
    const bids = [bid('ann', 3), bid('bob', 9), bid('ann', 7), bid('bob', 8), bid('cid', 1)];

    expect(resultOf(topN(2, { by, id }), ...bids)).toEqual([bid('bob', 9), bid('ann', 7)]);
    expect(resultOf(bottomN(2, { by, id }), ...bids)).toEqual([bid('cid', 1), bid('ann', 3)]);
  });

  test('what has no rank or no id takes no part', () => {
    expect(resultOf(topN(3, { by, id }), bid('ann', null), bid(null, 3), bid('bob', Number.NaN))).toEqual([]);
    expect(resultOf(maxBy(by), bid('ann', null))).toBeUndefined();
  });

  test.each([[0], [1.5], [10_001]])('there is no top %d', (n) => {
    expect(() => topN(n, { by })).toThrow(
      `the number of values of topN is "${n}"; give a whole number from 1 to 10000`,
    );
  });
});

describe('like sorting everything', () => {
  const bids = logsOf(
    fc.record({
      bidder: fc.constantFrom('ann', 'bob', 'cid', 'dan', null),
      price: fc.option(fc.integer({ min: 0, max: 6 })),
    }),
  );

  test('topN', () => {
    agreesWith(topN(3, { by }), bids, (log) => ranked(log, 1).slice(0, 3));
  });

  test('bottomN', () => {
    agreesWith(bottomN(3, { by }), bids, (log) => ranked(log, -1).slice(0, 3));
  });

  test('topN with an id', () => {
    agreesWith(topN(2, { by, id }), bids, (log) => firstOfEach(ranked(log, 1)).slice(0, 2));
  });

  test('maxBy', () => {
    agreesWith(maxBy(by), bids, (log) => ranked(log, 1)[0]);
  });
});
