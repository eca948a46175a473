import type { SequenceNumber } from '../../model/sequence-number.ts';
import type { EventSource, SourceRecord } from './kinesis-event.ts';
import type { BatchFacts, MappingEvent, RecordDiscarded } from './mapping-event.ts';
import type { Modes } from './modes.ts';
import type { MappingParameters } from './parameters.ts';
import type { OpenWindow } from './tumbling-window.ts';

/** Delay before the n-th retry in a row: `baseMs × factor^(n-1)`, at most `maxMs`. */
export interface Backoff {
  readonly baseMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

/** What the decisions about one shard depend on and that never changes while it is read. */
export interface ShardConfig {
  readonly parameters: MappingParameters;
  readonly modes: Modes;
  readonly source: EventSource;
  readonly retentionMs: number;
  readonly pollMs: number;
  /** How long after a window's end a shard without records waits before the final invocation. */
  readonly idleFinalMs: number;
  readonly backoff: Backoff;
  /** In [0, 1); used by the modes that choose at random. */
  readonly random: () => number;
}

/** Records that are delivered together, again and again until they succeed or are given up. */
export interface Batch {
  readonly purpose: 'records' | 'final' | 'terminated-early';
  readonly records: readonly SourceRecord[];
  /** Function errors so far; these count toward MaximumRetryAttempts. */
  readonly failures: number;
  /** Deliveries so far, invoked or not; these make the delay grow. */
  readonly tries: number;
  readonly notBeforeMs: number;
}

/**
 * Everything known about one shard, or one lane of it, between two steps. Plain data: `nextStep` and `complete` map it to the next one.
 *
 * Invariants:
 * - I1 `queue` then `buffer`, concatenated, are ascending and begin right after `position`.
 * - I2 only the head of `queue` is ever in flight, and it is in flight exactly when `deliveredAt` is set.
 * - I3 with a tumbling window, all records of `queue` belong to `window`.
 */
export interface ShardState {
  readonly shardId: string;
  /** The last record that succeeded, was given up or left out. */
  readonly position: SequenceNumber | undefined;
  readonly queue: readonly Batch[];
  readonly deliveredAt: number | undefined;
  readonly buffer: readonly SourceRecord[];
  /** When the buffer last became non-empty. */
  readonly bufferedAt: number;
  /** When the last invocation ended. */
  readonly freeSince: number;
  readonly window: OpenWindow | undefined;
  /** The end of the last window that was closed. */
  readonly closedThroughMs: number | undefined;
  /** The last record read, those that are left out included. */
  readonly readThrough: SequenceNumber | undefined;
  readonly lastReadAt: number | undefined;
  /** When the last read that found nothing newer behind it was made; undefined while there is a backlog. */
  readonly tipAt: number | undefined;
  /** The shard is closed and has been read to its end. */
  readonly isReadToEnd: boolean;
}

/** What to do next, decided by `nextStep`. */
export type Action =
  | { readonly kind: 'deliver'; readonly batch: Batch; readonly window: OpenWindow | undefined }
  | { readonly kind: 'read' }
  | { readonly kind: 'idle'; readonly untilMs: number }
  | { readonly kind: 'end' };

export interface Transition {
  readonly state: ShardState;
  readonly events: readonly MappingEvent[];
}

export function newShard(
  shardId: string,
  resumed: Pick<Partial<ShardState>, 'position' | 'window'> = {},
): ShardState {
  return {
    shardId,
    position: resumed.position,
    queue: [],
    deliveredAt: undefined,
    buffer: [],
    bufferedAt: 0,
    freeSince: 0,
    window: resumed.window,
    closedThroughMs: undefined,
    readThrough: resumed.position,
    lastReadAt: undefined,
    tipAt: undefined,
    isReadToEnd: false,
  };
}

export interface ReadResult {
  readonly records: readonly SourceRecord[];
  /** The last record read, where it may have been left out of `records`. */
  readonly through?: SequenceNumber | undefined;
  /** Nothing newer was left behind what was read. */
  readonly isAtTip: boolean;
  /** The shard is closed and this was the last of it. */
  readonly isEnd: boolean;
}

/** The state after a read of the shard. */
export function withRead(state: ShardState, read: ReadResult, now: number): ShardState {
  return {
    ...state,
    position: doneThrough(state),
    buffer: [...state.buffer, ...read.records],
    bufferedAt: state.buffer.length === 0 ? now : state.bufferedAt,
    readThrough: read.through ?? read.records.at(-1)?.sequenceNumber ?? state.readThrough,
    lastReadAt: now,
    tipAt: read.isAtTip || read.isEnd ? now : undefined,
    isReadToEnd: read.isEnd,
  };
}

/** Nothing is buffered, in flight or waiting for a retry, and no window is open. */
export function isSettled(state: ShardState): boolean {
  return state.queue.length === 0 && state.buffer.length === 0 && state.window === undefined;
}

/** The last record up to which everything is done: delivered, given up or left out. */
export function doneThrough(state: ShardState): SequenceNumber | undefined {
  return isSettled(state) ? state.readThrough : state.position;
}

export function batchFacts(records: readonly SourceRecord[], attempt: number): BatchFacts {
  return {
    records: records.length,
    firstSequenceNumber: records[0]?.sequenceNumber,
    lastSequenceNumber: records.at(-1)?.sequenceNumber,
    attempt,
  };
}

/** The event of giving up `records`; none if there are none. */
export function discarded(
  records: readonly SourceRecord[],
  facts: { shardId: string; at: number; attempt: number },
  why: Pick<RecordDiscarded, 'reason' | 'functionError'>,
): readonly MappingEvent[] {
  const [first] = records;
  const last = records.at(-1);
  if (first === undefined || last === undefined) return [];
  return [
    {
      kind: 'record-discarded',
      ...why,
      shardId: facts.shardId,
      at: facts.at,
      ...batchFacts(records, facts.attempt),
      firstArrivalMs: first.arrivalMs,
      lastArrivalMs: last.arrivalMs,
      discarded: records,
    },
  ];
}
