import {
  count,
  hopping,
  last,
  pipeline,
  session,
  source,
  maxBy,
  tumbling,
  type Pipeline,
  type Stream,
} from 'millrace';
import type { Flow } from '../../../lib/dsl/index.ts';
import type { Bid, NexmarkEvent } from '../events.ts';
import { nexmarkEvent as theSchema } from '../schema.ts';

function query(
  name: string,
  build: (bids: Stream<Bid>) => Flow<unknown>,
): { name: string; pipeline: Pipeline } {
  return {
    name,
    pipeline: pipeline(name, {
      sources: {
        events: source(theSchema, { timestamp: (event) => event.ts, outOfOrder: '4 seconds' }),
      },
      build: ({ events }) => ({
        rows: build(
          events
            .filter((event: NexmarkEvent) => event.event_type === 2)
            .map((event) => (event as { bid: Bid }).bid),
        ),
      }),
    }),
  };
}

export const QUERIES = [
  query('q0', (bids) =>
    bids.map(({ auction, bidder, price, dateTime, extra }) => ({ auction, bidder, price, dateTime, extra })),
  ),
  query('q1', (bids) =>
    bids.map(({ auction, bidder, price, dateTime, extra }) => ({
      auction,
      bidder,
      price: (price * 908) / 1000,
      dateTime,
      extra,
    })),
  ),
  query('q2', (bids) =>
    bids.filter(({ auction }) => auction % 123 === 0).map(({ auction, price }) => ({ auction, price })),
  ),
  query('q5', (bids) =>
    bids
      .keyBy(({ auction }) => auction)
      .window(hopping('10 seconds', { every: '2 seconds' }))
      .aggregate('counts', { num: count() })
      .keyBy(({ windowStart }) => windowStart)
      .window(tumbling('2 seconds'))
      .aggregate('hot', { top: maxBy(({ num }) => num) }),
  ),
  query('q7', (bids) =>
    bids
      .keyBy(() => 'all')
      .window(tumbling('10 seconds'))
      .aggregate('highest', { top: maxBy(({ price }) => price) }),
  ),
  query('q11', (bids) =>
    bids
      .keyBy(({ bidder }) => bidder)
      .window(session({ gap: '10 seconds' }))
      .aggregate('sessions', { n: count() }),
  ),
  query('q18', (bids) =>
    bids.keyBy(({ bidder, auction }) => [bidder, auction]).aggregate('last', { bid: last((bid) => bid) }),
  ),
];
