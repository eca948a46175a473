import type { AnyNexmarkEvent, BeamBid } from '../events.ts';
import { auctionsOf, bidsOf, groupBy, personsOf, windowStartsOf } from './relations.ts';
import { type Row, type Rows, sortedRows } from './rows.ts';

// Final result of all of these: the rows of every window that holds anything, all windows closed and nothing late.
// Windows are half-open and aligned to the epoch. The order of events plays no part.

const SIZE_MS = 10_000;

/**
 * Hot items: of each window of 10 s the auctions with the most bids, all of them on a tie, with the window's bounds.
 * A window starts every 2 s (Flink) or every 5 s (Beam).
 */
export function q5(events: readonly AnyNexmarkEvent[], slideMs = 2_000): Rows {
  const windowed = bidsOf(events).flatMap(({ auction, dateTime }) =>
    windowStartsOf(dateTime, SIZE_MS, slideMs).map((starttime) => ({ auction, starttime })),
  );
  const windows = groupBy(windowed, ({ starttime }) => starttime);
  return sortedRows(
    [...windows].flatMap(([starttime, bids]) => {
      const counts = [...groupBy(bids, ({ auction }) => auction)].map(([auction, its]) => ({
        auction,
        num: its.length,
      }));
      const most = greatest(counts.map(({ num }) => num));
      return counts
        .filter(({ num }) => num === most)
        .map((row) => ({ ...row, starttime, endtime: starttime + SIZE_MS }));
    }),
  );
}

/** Highest bid: the bids with the highest price of their window of 10 s, all of them on a tie. */
export function q7(events: readonly AnyNexmarkEvent[]): Rows {
  const windows = groupBy(bidsOf(events), ({ dateTime }) => windowOf(dateTime));
  return sortedRows(
    [...windows.values()].flatMap((bids) => {
      const highest = greatest(bids.map(({ price }) => price));
      return bids.filter(({ price }) => price === highest).map(bidColumns);
    }),
  );
}

/**
 * Highest bid by the letter of Flink's SQL, which joins on a window end that is included: a bid at the very end of a
 * window whose highest price it equals is a row too, a second one if it is the highest of its own window.
 */
export function q7Flink(events: readonly AnyNexmarkEvent[]): Rows {
  const bids = bidsOf(events);
  const windows = groupBy(bids, ({ dateTime }) => windowOf(dateTime));
  return sortedRows(
    [...windows].flatMap(([start, its]) => {
      const highest = greatest(its.map(({ price }) => price));
      const atEnd = bids.filter(({ dateTime }) => dateTime === start + SIZE_MS);
      return [...its, ...atEnd].filter(({ price }) => price === highest).map(bidColumns);
    }),
  );
}

/** Monitor new users: people who start an auction in the window of 10 s they come in, once each. */
export function q8(events: readonly AnyNexmarkEvent[]): Rows {
  const auctions = groupBy(auctionsOf(events), ({ seller, dateTime }) => `${seller} ${windowOf(dateTime)}`);
  return sortedRows(
    personsOf(events)
      .filter(({ id, dateTime }) => auctions.has(`${id} ${windowOf(dateTime)}`))
      .map(({ id, name, dateTime }) => ({ id, name, starttime: windowOf(dateTime) })),
  );
}

/** Monitor new users as Beam has it: once for each such auction, with its reserve. */
export function q8Beam(events: readonly AnyNexmarkEvent[]): Rows {
  const auctions = groupBy(auctionsOf(events), ({ seller, dateTime }) => `${seller} ${windowOf(dateTime)}`);
  return sortedRows(
    personsOf(events).flatMap(({ id, name, dateTime }) =>
      (auctions.get(`${id} ${windowOf(dateTime)}`) ?? []).map(({ reserve }) => ({ id, name, reserve })),
    ),
  );
}

/**
 * Processing-time windows: bids of each bidder in windows of 10 s by the time they arrive, which the caller says.
 * Other arrival times give another result; the counts of a bidder always add up to the same.
 */
export function q12<E extends AnyNexmarkEvent>(events: readonly E[], arrivalOf: (event: E) => number): Rows {
  const windowed = events.flatMap((event) =>
    event.event_type === 2 ? [{ bidder: event.bid.bidder, starttime: windowOf(arrivalOf(event)) }] : [],
  );
  const groups = groupBy(windowed, ({ bidder, starttime }) => `${bidder} ${starttime}`);
  return sortedRows(
    [...groups.values()].flatMap((bids) =>
      bids.slice(0, 1).map(({ bidder, starttime }) => ({
        bidder,
        bid_count: bids.length,
        starttime,
        endtime: starttime + SIZE_MS,
      })),
    ),
  );
}

function windowOf(time: number): number {
  return time - (time % SIZE_MS);
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value));
}

function bidColumns({ auction, bidder, price, dateTime, extra }: BeamBid): Row {
  return { auction, bidder, price, dateTime, extra };
}
