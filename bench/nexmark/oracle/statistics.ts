import type { AnyNexmarkEvent, BeamBid, NexmarkEvent } from '../events.ts';
import { bidsOf, dayOf, groupBy, minuteOf } from './relations.ts';
import { type Row, type Rows, sortedRows } from './rows.ts';

// Final result of all of these: the last row of each group. The order of events plays no part.

/** Bidding statistics: bids, bidders and auctions of each day, over all and in three ranks of price. */
export function q15(events: readonly AnyNexmarkEvent[]): Rows {
  const days = groupBy(bidsOf(events), ({ dateTime }) => dayOf(dateTime));
  return sortedRows([...days].map(([day, bids]) => ({ day, ...countsOf(bids), ...distinctsOf(bids) })));
}

/** Channel statistics: the same of each channel and day, with the last minute of the day that has a bid. */
export function q16(events: readonly NexmarkEvent[]): Rows {
  const groups = groupBy(bidsOf(events), ({ channel, dateTime }) => `${channel} ${dayOf(dateTime)}`);
  return sortedRows(
    [...groups.values()].flatMap((bids) =>
      bids.slice(0, 1).map(({ channel, dateTime }) => ({
        channel,
        day: dayOf(dateTime),
        minute: bids.map((bid) => minuteOf(bid.dateTime)).reduce((a, b) => (a > b ? a : b)),
        ...countsOf(bids),
        ...distinctsOf(bids),
      })),
    ),
  );
}

/** Auction statistics: bids of each auction and day in the three ranks, and their prices; the average is rounded down. */
export function q17(events: readonly AnyNexmarkEvent[]): Rows {
  const groups = groupBy(bidsOf(events), ({ auction, dateTime }) => `${auction} ${dayOf(dateTime)}`);
  return sortedRows(
    [...groups.values()].flatMap((bids) => {
      const prices = bids.map(({ price }) => price).toSorted((a, b) => a - b);
      const sum = prices.reduce((total, price) => total + price, 0);
      return bids.slice(0, 1).map(({ auction, dateTime }) => ({
        auction,
        day: dayOf(dateTime),
        ...countsOf(bids),
        min_price: prices[0] ?? 0,
        max_price: prices.at(-1) ?? 0,
        avg_price: Math.floor(sum / prices.length),
        sum_price: sum,
      }));
    }),
  );
}

function countsOf(bids: readonly BeamBid[]): Row {
  const { rank1, rank2, rank3 } = ranksOf(bids);
  return {
    total_bids: bids.length,
    rank1_bids: rank1.length,
    rank2_bids: rank2.length,
    rank3_bids: rank3.length,
  };
}

function distinctsOf(bids: readonly BeamBid[]): Row {
  const { rank1, rank2, rank3 } = ranksOf(bids);
  return {
    total_bidders: distinct(bids, 'bidder'),
    rank1_bidders: distinct(rank1, 'bidder'),
    rank2_bidders: distinct(rank2, 'bidder'),
    rank3_bidders: distinct(rank3, 'bidder'),
    total_auctions: distinct(bids, 'auction'),
    rank1_auctions: distinct(rank1, 'auction'),
    rank2_auctions: distinct(rank2, 'auction'),
    rank3_auctions: distinct(rank3, 'auction'),
  };
}

function ranksOf(
  bids: readonly BeamBid[],
): Readonly<Record<'rank1' | 'rank2' | 'rank3', readonly BeamBid[]>> {
  return {
    rank1: bids.filter(({ price }) => price < 10_000),
    rank2: bids.filter(({ price }) => price >= 10_000 && price < 1_000_000),
    rank3: bids.filter(({ price }) => price >= 1_000_000),
  };
}

function distinct(bids: readonly BeamBid[], field: 'bidder' | 'auction'): number {
  return new Set(bids.map((bid) => bid[field])).size;
}
