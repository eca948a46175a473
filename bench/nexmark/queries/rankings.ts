import { last, topN, source, pipeline } from 'millrace';
import type { Row, Rows } from '../oracle/index.ts';
import { nexmarkEvent } from '../schema.ts';
import { bidsOf, OUT_OF_ORDER, query, type Query } from './query.ts';

export const q18 = query('q18', {
  what: 'the last bid of each bidder on each auction',
  features: ['keyBy two fields', 'running aggregate', 'last'],
  rows: (events) =>
    bidsOf(events)
      .keyBy(({ bidder, auction }) => [bidder, auction])
      .aggregate('last-bid', { bid: last() })
      .map(({ bid }) => ({ ...bid })),
});

/** A row for each auction with its ten bids; the oracle has a row for each. */
export const q19: Query = {
  what: 'the ten highest bids of each auction',
  features: ['keyBy', 'running aggregate', 'topN'],
  build: (schema = nexmarkEvent) =>
    pipeline('q19', {
      sources: { events: source(schema, { timestamp: (event) => event.ts, outOfOrder: OUT_OF_ORDER }) },
      build: ({ events }) => ({
        rows: bidsOf(events)
          .keyBy(({ auction }) => auction)
          .aggregate('top', { top: topN(10, { by: ({ price }) => price }) }),
      }),
    }),
  rowsOf: (values): Rows =>
    (values as readonly { readonly top: readonly Row[] }[]).flatMap(({ top }) =>
      top.map((bid, index): Row => ({ ...bid, rank_number: index + 1 })),
    ),
};
