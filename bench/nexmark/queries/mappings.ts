import { dayOf, minuteOf } from '../oracle/relations.ts';
import { bidsOf, query } from './query.ts';

export const q0 = query('q0', {
  what: 'every bid as it is',
  features: ['filter', 'map'],
  rows: (events) =>
    bidsOf(events).map(({ auction, bidder, price, dateTime, extra }) => ({
      auction,
      bidder,
      price,
      dateTime,
      extra,
    })),
});

export const q1 = query('q1', {
  what: 'every bid with its price in another currency',
  features: ['filter', 'map'],
  rows: (events) =>
    bidsOf(events).map(({ auction, bidder, price, dateTime, extra }) => ({
      auction,
      bidder,
      price: (price * 908) / 1000,
      dateTime,
      extra,
    })),
});

export const q2 = query('q2', {
  what: 'bids on every 123rd auction',
  features: ['filter', 'map'],
  rows: (events) =>
    bidsOf(events)
      .filter(({ auction }) => auction % 123 === 0)
      .map(({ auction, price }) => ({ auction, price })),
});

export const q10 = query('q10', {
  what: 'every bid into the partition of its day and minute, for appending',
  features: ['filter', 'map', 'keyBy'],
  rows: (events) =>
    bidsOf(events)
      .map(({ auction, bidder, price, dateTime, extra }) => ({
        auction,
        bidder,
        price,
        dateTime,
        extra,
        dt: dayOf(dateTime),
        hm: minuteOf(dateTime),
      }))
      .keyBy(({ dt, hm }) => [dt, hm]),
});

export const q14 = query('q14', {
  what: 'bids within bounds, with the time of day and a count of letters',
  features: ['filter', 'map'],
  rows: (events) =>
    bidsOf(events)
      .filter(({ price }) => price * 908 > 1_000_000_000 && price * 908 < 50_000_000_000)
      .map(({ auction, bidder, price, dateTime, extra }) => ({
        auction,
        bidder,
        price: (price * 908) / 1000,
        bidTimeType: timeOfDay(dateTime),
        dateTime,
        extra,
        c_counts: lettersIn(extra, 'c'),
      })),
});

const HOUR_MS = 3_600_000;

function timeOfDay(dateTime: number): string {
  const hour = Math.floor(dateTime / HOUR_MS) % 24;
  if (hour >= 8 && hour <= 18) return 'dayTime';
  return hour <= 6 || hour >= 20 ? 'nightTime' : 'otherTime';
}

function lettersIn(text: string, letter: string): number {
  let found = 0;
  for (let at = text.indexOf(letter); at !== -1; at = text.indexOf(letter, at + 1)) found += 1;
  return found;
}

const CHANNELS: ReadonlyMap<string, string> = new Map([
  ['apple', '0'],
  ['google', '1'],
  ['facebook', '2'],
  ['baidu', '3'],
]);
const CHANNEL_ID = /[?&]channel_id=([^&]*)/;

export const q21 = query('q21', {
  what: 'bids with the id of their channel, by name or from the URL',
  features: ['filter', 'flatMap'],
  rows: (events) =>
    bidsOf(events).flatMap(({ auction, bidder, price, channel, url }) => {
      const channelId = CHANNELS.get(channel.toLowerCase()) ?? CHANNEL_ID.exec(url)?.[1];
      return channelId === undefined ? [] : [{ auction, bidder, price, channel, channel_id: channelId }];
    }),
});

export const q22 = query('q22', {
  what: 'bids with the first three folders of their URL',
  features: ['filter', 'map'],
  rows: (events) =>
    bidsOf(events).map(({ auction, bidder, price, channel, url }) => {
      const [, , , dir1 = '', dir2 = '', dir3 = ''] = url.split('/', 6);
      return { auction, bidder, price, channel, dir1, dir2, dir3 };
    }),
});
