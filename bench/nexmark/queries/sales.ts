import { avg, listState, optionalState, reduce, timer, type KeyedStream, type Stream } from 'millrace';
import type { Auction, Bid, NexmarkEvent } from '../events.ts';
import { auctionsOf, bidsOf, query } from './query.ts';

const PATIENCE = { ttl: '7 days' } as const;

interface Sale<A, B> {
  readonly auction: A;
  readonly bid: B;
}

/** What decides who wins. */
type Offered = Pick<Auction, 'id' | 'dateTime' | 'expires'>;
type Offer = Pick<Bid, 'auction' | 'price' | 'dateTime'>;

/**
 * Each auction with its highest bid from its start to its end, both included, of equal prices the earliest: when no bid can
 * come any more.
 */
function salesOf<A extends Offered, B extends Offer>(
  auctions: Stream<A>,
  bids: Stream<B>,
): KeyedStream<number, Sale<A, B>> {
  return auctions
    .map((auction) => ({ auction, bid: undefined }))
    .keyBy(({ auction }) => auction.id)
    .merge(bids.map((bid) => ({ auction: undefined, bid })).keyBy(({ bid }) => bid.auction))
    .process('sales', {
      state: {
        auction: optionalState<A>(PATIENCE),
        best: optionalState<B>(PATIENCE),
        early: listState<B>(PATIENCE),
      },
      timers: { ended: timer() },
      onEvent({ auction, bid }, { state, timers }) {
        const known = auction ?? state.auction.get();
        if (known === undefined) {
          if (bid !== undefined) state.early.append(bid);
          return;
        }
        const offers = bid === undefined ? state.early.all() : [bid];
        const best = offers.reduce((held, each) => better(held, each, known), state.best.get());
        if (best !== undefined) state.best.set(best);
        if (auction === undefined) return;
        state.auction.set(auction);
        state.early.clear();
        timers.ended.at(auction.expires + 1);
      },
      *onTimer(_, { state }) {
        const auction = state.auction.get();
        const bid = state.best.get();
        state.auction.clear();
        state.best.clear();
        if (auction !== undefined && bid !== undefined) yield { auction, bid };
      },
    });
}

function better<B extends Offer>(held: B | undefined, bid: B, auction: Offered): B | undefined {
  if (bid.dateTime < auction.dateTime || bid.dateTime > auction.expires) return held;
  if (held === undefined || bid.price > held.price) return bid;
  return bid.price === held.price && bid.dateTime < held.dateTime ? bid : held;
}

/** With what q4 and q6 need of them. */
function slimSalesOf(events: Stream<NexmarkEvent>) {
  return salesOf(
    auctionsOf(events).map(({ id, dateTime, expires, category, seller }) => ({
      id,
      dateTime,
      expires,
      category,
      seller,
    })),
    bidsOf(events).map(({ auction, price, dateTime }) => ({ auction, price, dateTime })),
  );
}

export const q4 = query('q4', {
  what: 'the average price of what was sold, per category',
  features: ['keyBy', 'merge', 'process', 'timer', 'running aggregate', 'avg'],
  rows: (events) =>
    slimSalesOf(events)
      .keyBy(({ auction }) => auction.category)
      .aggregate('per-category', { price: avg(({ bid }) => bid.price) })
      .map(({ key, price }) => ({ id: key, final: Math.floor(price ?? 0) })),
});

/** A sale can change the rows of later ones, so what was computed last counts, not what lies last in event time. */
const newest = reduce<AverageRow, AverageRow | undefined>({
  init: () => undefined,
  add: (_, row) => row,
  merge: (earlier, later) => later ?? earlier,
});

interface AverageRow {
  readonly id: number;
  readonly seller: number;
  readonly avg_price: number;
}

export const q6 = query('q6', {
  what: "the average price of a seller's last eleven sales, at each sale",
  features: ['keyBy', 'merge', 'process', 'timer', 'listState', 'running aggregate', 'reduce'],
  rows: (events) =>
    slimSalesOf(events)
      .keyBy(({ auction }) => auction.seller)
      .process('last-eleven', {
        state: { sales: listState<Sold>(PATIENCE) },
        *onEvent({ auction, bid }, { key, state }) {
          const sold: Sold = { auction: auction.id, at: bid.dateTime, price: bid.price };
          const before = state.sales.all();
          const place = before.findLastIndex((each) => comesBefore(each, sold)) + 1;
          const sales = before.toSpliced(place, 0, sold);
          state.sales.set(sales);
          for (let index = place; index < Math.min(place + SALES, sales.length); index += 1) {
            const prices = sales.slice(Math.max(index - SALES + 1, 0), index + 1).map(({ price }) => price);
            const mean = prices.reduce((sum, price) => sum + price, 0) / prices.length;
            const id = sales[index]?.auction ?? auction.id;
            yield { id, seller: key, avg_price: Math.floor(mean) };
          }
        },
      })
      .keyBy(({ id }) => id)
      .aggregate('newest', { row: newest })
      .map(({ row }) => ({ seller: row?.seller ?? 0, avg_price: row?.avg_price ?? 0 })),
});

/** Of this sale and the ten before it. */
const SALES = 11;

interface Sold {
  readonly auction: number;
  readonly at: number;
  readonly price: number;
}

function comesBefore(a: Sold, b: Sold): boolean {
  return a.at < b.at || (a.at === b.at && a.auction < b.auction);
}

export const q9 = query('q9', {
  what: 'each auction with its winning bid',
  features: ['keyBy', 'merge', 'process', 'timer', 'optionalState', 'listState', 'ttl'],
  rows: (events) =>
    salesOf(auctionsOf(events), bidsOf(events)).map(({ auction, bid }) => ({
      ...auction,
      auction: bid.auction,
      bidder: bid.bidder,
      price: bid.price,
      bid_dateTime: bid.dateTime,
      bid_extra: bid.extra,
    })),
});
