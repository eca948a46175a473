import type { AnyNexmarkEvent, NexmarkEvent } from '../events.ts';
import { bidsOf, dayOf, minuteOf } from './relations.ts';
import { type Rows, sortedRows } from './rows.ts';

// Final result of all of these: one row for each bid that qualifies, as a multiset. The order of events plays no part.

/** Pass-through: every bid. */
export function q0(events: readonly AnyNexmarkEvent[]): Rows {
  return sortedRows(
    bidsOf(events).map(({ auction, bidder, price, dateTime, extra }) => ({
      auction,
      bidder,
      price,
      dateTime,
      extra,
    })),
  );
}

/** Currency conversion: 0.908 of the price, as the number nearest to the exact decimal. */
export function q1(events: readonly AnyNexmarkEvent[]): Rows {
  return sortedRows(
    bidsOf(events).map(({ auction, bidder, price, dateTime, extra }) => ({
      auction,
      bidder,
      price: (price * 908) / 1000,
      dateTime,
      extra,
    })),
  );
}

/** Currency conversion as Beam has it: 89 percent of the price, rounded down. */
export function q1Beam(events: readonly AnyNexmarkEvent[]): Rows {
  return sortedRows(
    bidsOf(events).map(({ auction, bidder, price, dateTime, extra }) => ({
      auction,
      bidder,
      price: Math.floor((price * 89) / 100),
      dateTime,
      extra,
    })),
  );
}

/** Selection: bids on every 123rd auction. */
export function q2(events: readonly AnyNexmarkEvent[]): Rows {
  return sortedRows(
    bidsOf(events)
      .filter(({ auction }) => auction % 123 === 0)
      .map(({ auction, price }) => ({ auction, price })),
  );
}

/** Log to files: every bid with the day and the minute, in UTC, that name its partition. */
export function q10(events: readonly AnyNexmarkEvent[]): Rows {
  return sortedRows(
    bidsOf(events).map(({ auction, bidder, price, dateTime, extra }) => ({
      auction,
      bidder,
      price,
      dateTime,
      extra,
      dt: dayOf(dateTime),
      hm: minuteOf(dateTime),
    })),
  );
}

/** Calculation: bids above 1,000,000 and below 50,000,000 after conversion, with the time of day and the letters c. */
export function q14(events: readonly AnyNexmarkEvent[]): Rows {
  return sortedRows(
    bidsOf(events)
      .filter(({ price }) => price * 908 > 1_000_000_000 && price * 908 < 50_000_000_000)
      .map(({ auction, bidder, price, dateTime, extra }) => ({
        auction,
        bidder,
        price: (price * 908) / 1000,
        bidTimeType: timeOfDay(new Date(dateTime).getUTCHours()),
        dateTime,
        extra,
        c_counts: extra.split('c').length - 1,
      })),
  );
}

function timeOfDay(hour: number): string {
  if (hour >= 8 && hour <= 18) return 'dayTime';
  if (hour <= 6 || hour >= 20) return 'nightTime';
  return 'otherTime';
}

const KNOWN_CHANNELS: ReadonlyMap<string, string> = new Map([
  ['apple', '0'],
  ['google', '1'],
  ['facebook', '2'],
  ['baidu', '3'],
]);

/** Channel id: of the four known channels by name, of others from their URL; bids with neither are left out. */
export function q21(events: readonly NexmarkEvent[]): Rows {
  return sortedRows(
    bidsOf(events).flatMap(({ auction, bidder, price, channel, url }) => {
      const channelId =
        KNOWN_CHANNELS.get(channel.toLowerCase()) ?? new URL(url).searchParams.get('channel_id');
      return channelId === null ? [] : [{ auction, bidder, price, channel, channel_id: channelId }];
    }),
  );
}

/** URL directories: the first three. */
export function q22(events: readonly NexmarkEvent[]): Rows {
  return sortedRows(
    bidsOf(events).map(({ auction, bidder, price, channel, url }) => {
      const [, , , dir1 = '', dir2 = '', dir3 = ''] = url.split('/');
      return { auction, bidder, price, channel, dir1, dir2, dir3 };
    }),
  );
}
