import type { NexmarkEvent } from './events.ts';
import { flinkEvents, flinkSettings } from './generator/index.ts';
import { digestOf, ORACLES } from './oracle/index.ts';
import { QUERIES, type QueryName } from './queries/index.ts';
import type { Workload } from '../../lib/testing/index.ts';

/** Sixteen seconds; people, auctions and bids in such proportions that they meet. */
const events: readonly NexmarkEvent[] = [
  ...flinkEvents(
    flinkSettings({ events: 80, rate: 5, proportions: { persons: 20, auctions: 10, bids: 20 } }),
  ),
];
const PRODUCERS = 4;
const utf8 = new TextEncoder();

/** A query under everything that can go wrong. */
export function nexmarkWorkload(name: QueryName): Workload {
  const query = QUERIES[name];
  const expected = digestOf(ORACLES[name](events));
  return {
    pipelines: () => [query.build()],
    records: (random) => ({
      events: events.map((event) => ({
        partitionKey: `producer-${random.below(PRODUCERS)}`,
        data: utf8.encode(JSON.stringify(event)),
        arrival: event.ts,
      })),
    }),
    check: (_, sinks) => {
      const rows = query.rowsOf(sinks.valuesOf('rows'));
      if (sinks.deadLetters.length > 0) return `${sinks.deadLetters.length} dead letters`;
      return digestOf(rows) === expected ? undefined : `${rows.length} rows differ: ${JSON.stringify(rows)}`;
    },
  };
}
