import { avg, count, countDistinct, max, min, sum, tumbling } from 'millrace';
import type { Bid } from '../events.ts';
import { dayOf, minuteOf } from '../oracle/relations.ts';
import { bidsOf, query } from './query.ts';

/** The most there are to be counted exactly. */
const LIMIT = { limit: 100_000 };

/** What the statistics need of a bid. */
type Figures = Pick<Bid, 'auction' | 'bidder' | 'price' | 'dateTime'>;
type Read<V> = (bid: Figures) => V | undefined;

const figuresOf = ({ auction, bidder, price, dateTime }: Bid): Figures => ({
  auction,
  bidder,
  price,
  dateTime,
});

const isRank1 = ({ price }: Figures): boolean => price < 10_000;
const isRank2 = ({ price }: Figures): boolean => price >= 10_000 && price < 1_000_000;
const isRank3 = ({ price }: Figures): boolean => price >= 1_000_000;

/** Reads something of the bids of one rank, and nothing of others. */
const of =
  <V>(isRank: (bid: Figures) => boolean, read: (bid: Figures) => V): Read<V> =>
  (bid) =>
    isRank(bid) ? read(bid) : undefined;

const priceOf = ({ price }: Figures): number => price;
const bidderOf = ({ bidder }: Figures): number => bidder;
const auctionOf = ({ auction }: Figures): number => auction;

const counts = {
  total_bids: count<Figures>(),
  rank1_bids: count(of(isRank1, priceOf)),
  rank2_bids: count(of(isRank2, priceOf)),
  rank3_bids: count(of(isRank3, priceOf)),
};

const distinct = {
  total_bidders: countDistinct(bidderOf, LIMIT),
  rank1_bidders: countDistinct(of(isRank1, bidderOf), LIMIT),
  rank2_bidders: countDistinct(of(isRank2, bidderOf), LIMIT),
  rank3_bidders: countDistinct(of(isRank3, bidderOf), LIMIT),
  total_auctions: countDistinct(auctionOf, LIMIT),
  rank1_auctions: countDistinct(of(isRank1, auctionOf), LIMIT),
  rank2_auctions: countDistinct(of(isRank2, auctionOf), LIMIT),
  rank3_auctions: countDistinct(of(isRank3, auctionOf), LIMIT),
};

export const q15 = query('q15', {
  what: 'bids, bidders and auctions of each day, by rank of price',
  features: ['keyBy', 'tumbling', 'count(of)', 'countDistinct'],
  rows: (events) =>
    bidsOf(events)
      .map(figuresOf)
      .keyBy(({ dateTime }) => dayOf(dateTime))
      .window(tumbling('1 day'))
      .aggregate('per-day', { ...counts, ...distinct })
      .map(({ key, windowStart: _start, windowEnd: _end, ...statistics }) => ({ day: key, ...statistics })),
});

export const q16 = query('q16', {
  what: 'the same of each channel and day, with the last minute',
  features: ['keyBy', 'tumbling', 'count(of)', 'countDistinct', 'max'],
  rows: (events) =>
    bidsOf(events)
      .map((bid) => ({ channel: bid.channel, ...figuresOf(bid) }))
      .keyBy(({ channel }) => channel)
      .window(tumbling('1 day'))
      .aggregate('per-channel', { ...counts, ...distinct, newest: max(({ dateTime }) => dateTime) })
      .map(({ key, windowStart, windowEnd: _end, newest, ...statistics }) => ({
        channel: key,
        day: dayOf(windowStart),
        minute: minuteOf(newest ?? windowStart),
        ...statistics,
      })),
});

export const q17 = query('q17', {
  what: 'bids and prices of each auction and day',
  features: ['keyBy', 'tumbling', 'count(of)', 'min', 'max', 'avg', 'sum'],
  rows: (events) =>
    bidsOf(events)
      .map(figuresOf)
      .keyBy(({ auction }) => auction)
      .window(tumbling('1 day'))
      .aggregate('per-auction', {
        ...counts,
        min_price: min(priceOf),
        max_price: max(priceOf),
        avg_price: avg(priceOf),
        sum_price: sum(priceOf),
      })
      .map(({ key, windowStart, windowEnd: _end, min_price, max_price, avg_price, ...statistics }) => ({
        auction: key,
        day: dayOf(windowStart),
        ...statistics,
        min_price: min_price ?? 0,
        max_price: max_price ?? 0,
        avg_price: Math.floor(avg_price ?? 0),
      })),
});
