import type { Event } from './event.ts';
import { sortableSequenceNumber, type SequenceNumber } from './sequence-number.ts';
import type { WindowRange } from './window-range.ts';

/**
 * Names an output for good: the record that set it off, and its place among that record's outputs. The same input
 * gives the same identity in every replay, so delivering an output again changes nothing (I3).
 */
export interface OutputIdentity {
  readonly stage: string;
  readonly shardId: string;
  readonly sequenceNumber: SequenceNumber;
  readonly index: number;
}

interface Identified {
  readonly id: OutputIdentity;
  /** Event time, in milliseconds since the Unix epoch. */
  readonly timestamp: number;
}

/** The newest version of one row: of a key, and of a window where there is one. */
export interface RowOutput extends Identified {
  readonly kind: 'row';
  readonly sink: string;
  readonly key: string;
  readonly window?: WindowRange;
  /** Tells apart rows of one key whose windows begin together. */
  readonly row?: string;
  /** The row is taken back; `value` is what it was. */
  readonly isRetracted?: boolean;
  readonly value: unknown;
}

/** Something that happened, kept beside all others. */
export interface AppendOutput extends Identified {
  readonly kind: 'append';
  readonly sink: string;
  readonly key?: string;
  readonly value: unknown;
}

/** What went wrong with a record that could not be processed. */
export type DeadLetterReason =
  | 'undecodable'
  | 'invalid'
  /** A user record of an aggregated one belongs to another shard. */
  | 'misplaced'
  | 'no-timestamp'
  | 'failed'
  | 'late'
  /** A lookup found no row. */
  | 'not-found'
  /** A lookup got no answer in time. */
  | 'unanswered'
  | 'undeliverable';

/** A record, or its effect on one operator, that nothing else took: named, with its position and payload. */
export interface DeadLetterOutput extends Identified {
  readonly kind: 'dead-letter';
  readonly reason: DeadLetterReason;
  /** The operator, or the source, that could not take it. */
  readonly operator: string;
  readonly message: string;
  readonly partitionKey: string;
  /** Which user record of an aggregated one it is, from 0 on. */
  readonly subSequenceNumber?: number;
  readonly arrival: number;
  /** The record as it came. */
  readonly data: Uint8Array;
  /** What the operator was given, where it got that far. */
  readonly value?: unknown;
}

/** An event for another stage, by way of a shuffle. */
export interface SentOutput extends Identified {
  readonly kind: 'sent';
  /** The stage, and the input there. */
  readonly to: string;
  readonly edge: string;
  readonly partition: number;
  /** Its number among all that this task sends to the part. */
  readonly number: number;
  readonly event: Event;
}

/** What leaves the pipeline. */
export type TableOutput = RowOutput | AppendOutput | DeadLetterOutput;

export type Output = TableOutput | SentOutput;

const INDEX_DIGITS = 9;

/**
 * An output's identity as text that sorts in the order of the log: within a shard, and from a parent shard to its
 * children. It is the version of a row and the name of an event.
 */
export function versionOf({ id }: Output): string {
  return `${sortableSequenceNumber(id.sequenceNumber)}.${String(id.index).padStart(INDEX_DIGITS, '0')}`;
}
