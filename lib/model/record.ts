import type { SequenceNumber } from './sequence-number.ts';

/** One record of a shard's log, as it came. */
export interface InputRecord {
  readonly sequenceNumber: SequenceNumber;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** When the stream took it, in milliseconds since the Unix epoch. */
  readonly arrival: number;
}
