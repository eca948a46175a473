import { externalTable, listState, optionalState, pipeline, source } from 'millrace';
import * as z from 'zod';
import type { Auction, Bid, Person } from '../events.ts';
import type { Row, Rows } from '../oracle/index.ts';
import { nexmarkEvent } from '../schema.ts';
import { auctionsOf, bidsOf, OUT_OF_ORDER, personsOf, query, type Query } from './query.ts';

/** What has no partner after so long stays alone. Flink's queries wait for ever. */
const PATIENCE = { ttl: '7 days' } as const;
const LOCAL_STATES = ['OR', 'ID', 'CA'];

export const q3 = query('q3', {
  what: 'auctions of a category by people of three states',
  features: ['filter', 'keyBy', 'merge', 'process', 'optionalState', 'listState', 'ttl'],
  rows: (events) =>
    personsOf(events)
      .map((person) => ({ person, auction: undefined }))
      .keyBy(({ person }) => person.id)
      .merge(
        auctionsOf(events)
          .filter(({ category }) => category === 10)
          .map((auction) => ({ person: undefined, auction }))
          .keyBy(({ auction }) => auction.seller),
      )
      .process('local', {
        state: { person: optionalState<Person>(PATIENCE), waiting: listState<number>(PATIENCE) },
        *onEvent({ person, auction }, { state }) {
          if (person === undefined) {
            const seller = state.person.get();
            if (seller === undefined) state.waiting.append(auction.id);
            else if (isLocal(seller)) yield localRow(seller, auction.id);
            return;
          }
          state.person.set(person);
          if (isLocal(person)) for (const id of state.waiting.all()) yield localRow(person, id);
          state.waiting.clear();
        },
      }),
});

function isLocal({ state }: Person): boolean {
  return LOCAL_STATES.includes(state);
}

function localRow({ name, city, state }: Person, id: number): Row {
  return { name, city, state, id };
}

const SIDE_ROWS = 10_000;
const SideRow = z.object({ key: z.number(), value: z.string() });

export const q13: Query = {
  what: 'bids with the value a table outside has for their auction',
  features: ['filter', 'map', 'externalTable', 'joinLookup'],
  build: (schema = nexmarkEvent) =>
    pipeline('q13', {
      sources: { events: source(schema, { timestamp: (event) => event.ts, outOfOrder: OUT_OF_ORDER }) },
      tables: { side: externalTable(SideRow, { key: 'key' }) },
      build: ({ events }, { side }) => ({
        rows: bidsOf(events).joinLookup('with-value', side, {
          key: ({ auction }) => auction % SIDE_ROWS,
          onMiss: 'drop',
          select: ({ auction, bidder, price, dateTime }, { value }) => ({
            auction,
            bidder,
            price,
            dateTime,
            value,
          }),
        }),
      }),
    }),
  tables: { side: (key) => (key < SIDE_ROWS ? { key, value: String(key) } : undefined) },
  rowsOf: (values) => values as Rows,
};

export const q20 = query('q20', {
  what: 'bids with their auction, of one category',
  features: ['keyBy', 'merge', 'process', 'optionalState', 'listState', 'ttl'],
  rows: (events) =>
    auctionsOf(events)
      .map((auction) => ({ auction, bid: undefined }))
      .keyBy(({ auction }) => auction.id)
      .merge(
        bidsOf(events)
          .map((bid) => ({ auction: undefined, bid }))
          .keyBy(({ bid }) => bid.auction),
      )
      .process('expanded', {
        state: { auction: optionalState<Auction | 'other'>(PATIENCE), early: listState<Bid>(PATIENCE) },
        *onEvent({ auction, bid }, { state }) {
          if (auction === undefined) {
            const known = state.auction.get();
            if (known === undefined) state.early.append(bid);
            else if (known !== 'other') yield expandedRow(bid, known);
            return;
          }
          const isWanted = auction.category === 10;
          state.auction.set(isWanted ? auction : 'other');
          if (isWanted) for (const early of state.early.all()) yield expandedRow(early, auction);
          state.early.clear();
        },
      }),
});

function expandedRow({ dateTime, extra, ...bid }: Bid, auction: Auction): Row {
  return { ...bid, bid_dateTime: dateTime, bid_extra: extra, ...auctionColumns(auction) };
}

function auctionColumns({ id: _id, dateTime, extra, ...auction }: Auction): Row {
  return { ...auction, auction_dateTime: dateTime, auction_extra: extra };
}

type Involved =
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'auction'; readonly auction: Auction }
  | { readonly kind: 'bid'; readonly bid: Bid };

export const q23 = query('q23', {
  what: 'bids of people who sell, once for each of their auctions',
  features: ['flatMap', 'keyBy', 'process', 'optionalState', 'listState', 'ttl'],
  rows: (events) =>
    events
      .map((event): Involved => {
        if (event.event_type === 0) return { kind: 'person', person: event.person };
        if (event.event_type === 1) return { kind: 'auction', auction: event.auction };
        return { kind: 'bid', bid: event.bid };
      })
      .keyBy(memberOf)
      .process('three-ways', {
        state: {
          person: optionalState<Person>(PATIENCE),
          auctions: listState<Auction>(PATIENCE),
          bids: listState<Bid>(PATIENCE),
        },
        *onEvent(involved, { state }) {
          if (involved.kind === 'person') state.person.set(involved.person);
          else if (involved.kind === 'auction') state.auctions.append(involved.auction);
          else state.bids.append(involved.bid);
          const person = state.person.get();
          if (person === undefined) return;
          const auctions = involved.kind === 'auction' ? [involved.auction] : state.auctions.all();
          if (auctions.length === 0) return;
          const bids = involved.kind === 'bid' ? [involved.bid] : state.bids.all();
          for (const bid of bids) for (const auction of auctions) yield memberRow(bid, person, auction);
        },
      }),
});

function memberOf(involved: Involved): number {
  if (involved.kind === 'person') return involved.person.id;
  return involved.kind === 'auction' ? involved.auction.seller : involved.bid.bidder;
}

function memberRow({ bidder, price, channel, url, extra }: Bid, person: Person, auction: Auction): Row {
  const { id, name, emailAddress, creditCard, city, state } = person;
  return {
    bidder,
    price,
    channel,
    url,
    bid_extra: extra,
    person_id: id,
    name,
    emailAddress,
    creditCard,
    city,
    state,
    person_extra: person.extra,
    ...auctionColumns(auction),
  };
}
