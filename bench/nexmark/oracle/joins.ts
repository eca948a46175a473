import type { AnyNexmarkEvent, Auction, NexmarkEvent, Person } from '../events.ts';
import { auctionsOf, bidsOf, groupBy, personsOf } from './relations.ts';
import { type Rows, sortedRows } from './rows.ts';

// Final result of all of these: one row for each pair (or triple) that matches, as a multiset. Both sides wait for
// ever, so it doesn't matter which comes first.

const LOCAL_STATES = ['OR', 'ID', 'CA'];

/** Local item suggestion: auctions of category 10 by people of three states; `id` is the auction. */
export function q3(events: readonly AnyNexmarkEvent[]): Rows {
  const local = personsOf(events).filter(({ state }) => LOCAL_STATES.includes(state));
  const people = groupBy(local, ({ id }) => id);
  return sortedRows(
    auctionsOf(events)
      .filter(({ category }) => category === 10)
      .flatMap(({ id, seller }) =>
        matchesOf(people, seller).map(({ name, city, state }) => ({ name, city, state, id })),
      ),
  );
}

/** The side table of q13: each number below the size with its own text. */
export function sideInput(size: number): ReadonlyMap<number, string> {
  return new Map(Array.from({ length: size }, (_, key) => [key, String(key)]));
}

/** Bounded side-input join: every bid with the value of its auction, modulo the size of the table. */
export function q13(events: readonly AnyNexmarkEvent[], side = sideInput(10_000)): Rows {
  return sortedRows(
    bidsOf(events).flatMap(({ auction, bidder, price, dateTime }) => {
      const value = side.get(auction % side.size);
      return value === undefined ? [] : [{ auction, bidder, price, dateTime, value }];
    }),
  );
}

/** Bounded side-input join as Beam has it: the value of the bidder takes the place of `extra`. */
export function q13Beam(events: readonly AnyNexmarkEvent[], side = sideInput(500)): Rows {
  return sortedRows(
    bidsOf(events).flatMap(({ auction, bidder, price, dateTime }) => {
      const extra = side.get(bidder % side.size);
      return extra === undefined ? [] : [{ auction, bidder, price, dateTime, extra }];
    }),
  );
}

/** Expand bid with auction: bids on auctions of category 10, also those before their auction and after its end. */
export function q20(events: readonly NexmarkEvent[]): Rows {
  const auctions = groupBy(
    auctionsOf(events).filter(({ category }) => category === 10),
    ({ id }) => id,
  );
  return sortedRows(
    bidsOf(events).flatMap(({ dateTime, extra, ...bid }) =>
      matchesOf(auctions, bid.auction).map((auction) => ({
        ...bid,
        bid_dateTime: dateTime,
        bid_extra: extra,
        ...auctionColumns(auction),
      })),
    ),
  );
}

/** Bids of people who also sell, once for each of their auctions. */
export function q23(events: readonly NexmarkEvent[]): Rows {
  const people = groupBy(personsOf(events), ({ id }) => id);
  const auctions = groupBy(auctionsOf(events), ({ seller }) => seller);
  return sortedRows(
    bidsOf(events).flatMap(({ bidder, price, channel, url, extra }) =>
      matchesOf(people, bidder).flatMap((person) =>
        matchesOf(auctions, bidder).map((auction) => ({
          bidder,
          price,
          channel,
          url,
          bid_extra: extra,
          ...personColumns(person),
          ...auctionColumns(auction),
        })),
      ),
    ),
  );
}

function personColumns({ id, name, emailAddress, creditCard, city, state, extra }: Person) {
  return { person_id: id, name, emailAddress, creditCard, city, state, person_extra: extra };
}

function auctionColumns({ id: _id, dateTime, extra, ...auction }: Auction) {
  return { ...auction, auction_dateTime: dateTime, auction_extra: extra };
}

function matchesOf<T>(groups: ReadonlyMap<number, readonly T[]>, key: number): readonly T[] {
  return groups.get(key) ?? [];
}
