import { count, custom, first, hopping, session, tumbling } from 'millrace';
import { bidsOf, query } from './query.ts';

const SIZE = '10 seconds';
const SIZE_MS = 10_000;
const SLIDE = '2 seconds';

interface Highest<T> {
  readonly rank: number;
  readonly values: readonly T[];
}

/** All values with the highest rank: every one of them on a tie. */
function highest<T>(rankOf: (value: T) => number) {
  const best = (a: Highest<T>, b: Highest<T>): Highest<T> => {
    if (a.rank !== b.rank) return a.rank > b.rank ? a : b;
    return { rank: a.rank, values: [...a.values, ...b.values] };
  };
  return custom<T, Highest<T>, readonly T[]>({
    kind: 'highest',
    init: () => ({ rank: Number.NEGATIVE_INFINITY, values: [] }),
    add: (held, value) => best(held, { rank: rankOf(value), values: [value] }),
    merge: best,
    result: ({ values }) => values,
  });
}

export const q5 = query('q5', {
  what: 'the auctions with the most bids of 10 s, every 2 s',
  features: ['keyBy', 'hopping', 'count', 'window on window', 'custom', 'flatMap'],
  rows: (events) =>
    bidsOf(events)
      .map(({ auction }) => auction)
      .keyBy((auction) => auction)
      .window(hopping(SIZE, { every: SLIDE }))
      .aggregate('bids-per-auction', { num: count() })
      .keyBy(({ windowEnd }) => windowEnd)
      .window(tumbling(SLIDE))
      .aggregate('most', { auctions: highest(({ num }) => num) })
      .flatMap(({ auctions }) =>
        auctions.map(({ key, num, windowStart, windowEnd }) => ({
          auction: key,
          num,
          starttime: windowStart,
          endtime: windowEnd,
        })),
      ),
});

export const q7 = query('q7', {
  what: 'the highest bids of each 10 s',
  features: ['keyBy', 'tumbling', 'custom', 'flatMap'],
  rows: (events) =>
    bidsOf(events)
      .map(({ auction, bidder, price, dateTime, extra }) => ({ auction, bidder, price, dateTime, extra }))
      .keyBy(({ dateTime }) => dateTime - (dateTime % SIZE_MS))
      .window(tumbling(SIZE))
      .aggregate('highest', { bids: highest(({ price }) => price) })
      .flatMap(({ bids }) => bids),
});

/** Somebody who comes, by name, or opens an auction. */
interface Newcomer {
  readonly id: number;
  readonly name: string | undefined;
}

export const q8 = query('q8', {
  what: 'people who open an auction in the 10 s in which they come',
  features: ['flatMap', 'keyBy', 'tumbling', 'first', 'count(of)', 'filter'],
  rows: (events) =>
    events
      .flatMap((event): readonly Newcomer[] => {
        if (event.event_type === 0) return [{ id: event.person.id, name: event.person.name }];
        return event.event_type === 1 ? [{ id: event.auction.seller, name: undefined }] : [];
      })
      .keyBy(({ id }) => id)
      .window(tumbling(SIZE))
      .aggregate('new-sellers', {
        name: first(({ name }) => name),
        all: count(),
        people: count(({ name }) => name),
      })
      .flatMap(({ key, name, all, people, windowStart }) =>
        name === undefined || all === people ? [] : [{ id: key, name, starttime: windowStart }],
      ),
});

export const q11 = query('q11', {
  what: 'bids of each bidder without a pause above 10 s',
  features: ['keyBy', 'session', 'count'],
  rows: (events) =>
    bidsOf(events)
      .map(({ bidder }) => bidder)
      .keyBy((bidder) => bidder)
      .window(session({ gap: SIZE }))
      .aggregate('sessions', { bids: count() })
      .map(({ key, bids, windowStart, windowEnd }) => ({
        bidder: key,
        bid_count: bids,
        starttime: windowStart,
        endtime: windowEnd,
      })),
});

export const q12 = query('q12', {
  what: 'bids of each bidder in the 10 s in which they arrive',
  features: ['arrival time', 'keyBy', 'tumbling', 'count'],
  timestamp: 'arrival',
  rows: (events) =>
    bidsOf(events)
      .map(({ bidder }) => bidder)
      .keyBy((bidder) => bidder)
      .window(tumbling(SIZE))
      .aggregate('arrivals', { bids: count() })
      .map(({ key, bids, windowStart, windowEnd }) => ({
        bidder: key,
        bid_count: bids,
        starttime: windowStart,
        endtime: windowEnd,
      })),
});
