import type { SequenceNumber } from './sequence-number.ts';

/** One record of a shard's log, as it came. */
export interface InputRecord {
  readonly sequenceNumber: SequenceNumber;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Its data as UTF-8, U+FFFD where it is none; only of records that have a shorter way to it than by their data. */
  readonly text?: string;
  /** Whether its data begins as aggregated records do; only of records that have a shorter way to know than by their data. */
  readonly mayBeAggregated?: boolean;
  /** When the stream took it, in milliseconds since the Unix epoch. */
  readonly arrival: number;
}
