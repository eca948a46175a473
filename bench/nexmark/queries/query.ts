import {
  pipeline,
  source,
  type Pipeline,
  type Stream,
  type Updating,
  type KeyedStream,
  type KeyValue,
} from 'millrace';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Auction, Bid, NexmarkEvent, Person } from '../events.ts';
import type { Row, Rows } from '../oracle/index.ts';
import { nexmarkEvent } from '../schema.ts';

/** What checks the events: the cheap schema, another, or one that lets everything pass. */
export type EventSchema = StandardSchemaV1<unknown, NexmarkEvent>;

/** A query as a pipeline, and what it is about. */
export interface Query {
  /** In a sentence. */
  readonly what: string;
  /** What of the DSL it uses. */
  readonly features: readonly string[];
  /** Its source is `events`, its sink `rows`. */
  readonly build: (schema?: EventSchema) => Pipeline;
  /** The rows of the tables outside that it looks up, by their names and keys. */
  readonly tables?: Readonly<Record<string, (key: number) => object | undefined>>;
  /** What its sink holds, as the rows of the oracle. */
  readonly rowsOf: (values: readonly unknown[]) => Rows;
}

/** How late an event may be: Flink's suite has the same. */
export const OUT_OF_ORDER = '4 seconds';

type Output = Stream<Row> | KeyedStream<KeyValue, Row> | Updating<KeyValue, Row>;

/** A query over the stream of events by event time, whose results are rows already. */
export function query(
  name: string,
  { what, features, rows, timestamp = (event) => event.ts }: Definition<Output>,
): Query {
  return {
    what,
    features,
    build: (schema = nexmarkEvent) =>
      pipeline(name, {
        sources: { events: source(schema, { timestamp, outOfOrder: OUT_OF_ORDER }) },
        build: ({ events }) => ({ rows: rows(events) }),
      }),
    rowsOf: (values) => values as Rows,
  };
}

interface Definition<Out> {
  readonly what: string;
  readonly features: readonly string[];
  readonly rows: (events: Stream<NexmarkEvent>) => Out;
  readonly timestamp?: 'arrival' | ((event: NexmarkEvent) => number);
}

export function bidsOf(events: Stream<NexmarkEvent>): Stream<Bid> {
  return events.filter((event) => event.event_type === 2).map(({ bid }) => bid);
}

export function auctionsOf(events: Stream<NexmarkEvent>): Stream<Auction> {
  return events.filter((event) => event.event_type === 1).map(({ auction }) => auction);
}

export function personsOf(events: Stream<NexmarkEvent>): Stream<Person> {
  return events.filter((event) => event.event_type === 0).map(({ person }) => person);
}
