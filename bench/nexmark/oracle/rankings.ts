import type { NexmarkEvent } from '../events.ts';
import { bidsOf, groupBy } from './relations.ts';
import { type Rows, sortedRows } from './rows.ts';

/**
 * Last bid: of each bidder on each auction the one with the latest time; of several at that millisecond the last to
 * arrive, so these depend on the order of events. Final result: the last row of each bidder and auction.
 */
export function q18(events: readonly NexmarkEvent[]): Rows {
  const groups = groupBy(bidsOf(events), ({ bidder, auction }) => `${bidder} ${auction}`);
  return sortedRows(
    [...groups.values()].flatMap((bids) =>
      bids
        .toSorted((a, b) => a.dateTime - b.dateTime)
        .slice(-1)
        .map((bid) => ({ ...bid })),
    ),
  );
}

/**
 * Top ten: of each auction the ten highest bids, numbered from 1; of equal prices the first to arrive comes first, so
 * these depend on the order of events. Final result: the last row of each auction and number.
 */
export function q19(events: readonly NexmarkEvent[]): Rows {
  const groups = groupBy(bidsOf(events), ({ auction }) => auction);
  return sortedRows(
    [...groups.values()].flatMap((bids) =>
      bids
        .toSorted((a, b) => b.price - a.price)
        .slice(0, 10)
        .map((bid, index) => ({ ...bid, rank_number: index + 1 })),
    ),
  );
}
