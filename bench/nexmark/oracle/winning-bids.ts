import type { AnyNexmarkEvent, Auction, BeamBid } from '../events.ts';
import { auctionsOf, bidsOf, groupBy, windowStartsOf } from './relations.ts';
import { type Row, type Rows, sortedRows } from './rows.ts';

interface Sale {
  readonly auction: Auction;
  readonly bid: BeamBid;
}

/**
 * Average price per category: of the winning bids of all auctions, rounded down. Final result: the last average of
 * each category that has any.
 */
export function q4(events: readonly AnyNexmarkEvent[]): Rows {
  const perCategory = groupBy(salesOf(events, isWithinAuction), ({ auction }) => auction.category);
  return sortedRows(
    [...perCategory].map(([id, sales]) => ({ id, final: Math.floor(mean(sales.map(priceOf))) })),
  );
}

/**
 * Average price per category as Beam has it: of the auctions that expire in each window of 10 s, one every 5 s,
 * rounded half up. Final result: one row for each category and window that has any, with the window's bounds.
 */
export function q4Beam(events: readonly AnyNexmarkEvent[]): Rows {
  const windowed = salesOf(events, isAcceptable).flatMap((sale) =>
    windowStartsOf(sale.auction.expires, 10_000, 5_000).map((starttime) => ({ ...sale, starttime })),
  );
  const groups = groupBy(windowed, ({ auction, starttime }) => `${auction.category} ${starttime}`);
  return sortedRows(
    [...groups.values()].flatMap((sales) =>
      sales.slice(0, 1).map(({ auction, starttime }) => ({
        id: auction.category,
        final: Math.round(mean(sales.map(priceOf))),
        starttime,
        endtime: starttime + 10_000,
      })),
    ),
  );
}

/**
 * Average selling price by seller, as Flink's SQL says: one row for each winning bid with the average, rounded down,
 * of this and the ten before it in the order of bid time. Final result: all rows, once every winner is known. Of
 * winning bids of one seller at the same millisecond, the one whose auction came first counts as earlier.
 */
export function q6(events: readonly AnyNexmarkEvent[]): Rows {
  const perSeller = groupBy(salesOf(events, isWithinAuction), ({ auction }) => auction.seller);
  return sortedRows(
    [...perSeller].flatMap(([seller, sales]) => {
      const prices = sales.toSorted((a, b) => a.bid.dateTime - b.bid.dateTime).map(priceOf);
      return prices.map((_, index) => ({
        seller,
        avg_price: Math.floor(mean(prices.slice(Math.max(index - 10, 0), index + 1))),
      }));
    }),
  );
}

/**
 * Average selling price by seller as Beam has it: of the last ten winning bids by bid time and then price, rounded
 * half up. Final result: the last average of each seller.
 */
export function q6Beam(events: readonly AnyNexmarkEvent[]): Rows {
  const perSeller = groupBy(salesOf(events, isAcceptable), ({ auction }) => auction.seller);
  return sortedRows(
    [...perSeller].map(([seller, sales]) => {
      const inOrder = sales.toSorted((a, b) => a.bid.dateTime - b.bid.dateTime || a.bid.price - b.bid.price);
      return { seller, avg_price: Math.round(mean(inOrder.slice(-10).map(priceOf))) };
    }),
  );
}

/**
 * Winning bids: each auction with its highest bid between its start and its end, both included; of equal prices the
 * earliest, of these the first to arrive. Final result: one row for each auction that has such a bid.
 */
export function q9(events: readonly AnyNexmarkEvent[]): Rows {
  return sortedRows(salesOf(events, isWithinAuction).map(saleColumns));
}

/** Winning bids as Beam has them: before the end of the auction, even before its start, and no less than the reserve. */
export function q9Beam(events: readonly AnyNexmarkEvent[]): Rows {
  return sortedRows(salesOf(events, isAcceptable).map(saleColumns));
}

function salesOf(
  events: readonly AnyNexmarkEvent[],
  isValid: (bid: BeamBid, auction: Auction) => boolean,
): readonly Sale[] {
  const bids = groupBy(bidsOf(events), ({ auction }) => auction);
  return auctionsOf(events).flatMap((auction) =>
    (bids.get(auction.id) ?? [])
      .filter((bid) => isValid(bid, auction))
      .toSorted((a, b) => b.price - a.price || a.dateTime - b.dateTime)
      .slice(0, 1)
      .map((bid) => ({ auction, bid })),
  );
}

function isWithinAuction(bid: BeamBid, auction: Auction): boolean {
  return auction.dateTime <= bid.dateTime && bid.dateTime <= auction.expires;
}

function isAcceptable(bid: BeamBid, auction: Auction): boolean {
  return bid.dateTime < auction.expires && bid.price >= auction.reserve;
}

function saleColumns({ auction, bid }: Sale): Row {
  return {
    ...auction,
    auction: bid.auction,
    bidder: bid.bidder,
    price: bid.price,
    bid_dateTime: bid.dateTime,
    bid_extra: bid.extra,
  };
}

function priceOf({ bid }: Sale): number {
  return bid.price;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
