import type { Pipeline } from 'millrace';
import { testDriver } from 'millrace/testing';
import type { NexmarkEvent } from '../events.ts';
import { sortedRows, type Rows } from '../oracle/index.ts';
import type { Query } from './query.ts';

export interface RunOptions {
  /** Of each stream. */
  readonly shards?: number;
  /** When an event arrives, in ms since the Unix epoch. @default at its event time */
  readonly arrivalOf?: (event: NexmarkEvent, index: number) => number;
  /** Kills every task before this event, and restores it from its stored state. */
  readonly crashesBefore?: (index: number) => boolean;
}

export interface RunOutcome {
  readonly rows: Rows;
  readonly deadLetters: number;
}

/** What every query is. */
type NexmarkPipeline = Pipeline<{ events: NexmarkEvent }, { rows: unknown }>;

/** Runs a query over all events, each in the shard of a partition key of its own, and to the end of time. */
export function runQuery(
  query: Query,
  events: readonly NexmarkEvent[],
  { shards = 2, arrivalOf = ({ ts }) => ts, crashesBefore = () => false }: RunOptions = {},
): RunOutcome {
  const partitionKeys = { events: (event: NexmarkEvent) => String(event.seq) };
  const { tables = {} } = query;
  const driver = testDriver(query.build() as NexmarkPipeline, { shards, partitionKeys, tables });
  for (const [index, event] of events.entries()) {
    if (crashesBefore(index)) driver.crash();
    driver.sources.events.sendAt(arrivalOf(event, index), event);
  }
  driver.drain();
  const rows = sortedRows(query.rowsOf(driver.sinks.rows.rows()));
  return { rows, deadLetters: driver.takeDeadLetters().length };
}
