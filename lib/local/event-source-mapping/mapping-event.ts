import type { SequenceNumber } from '../../model/sequence-number.ts';
import type { SourceRecord } from './kinesis-event.ts';

/** Where an event happened. Times are milliseconds since the epoch. */
interface AtShard {
  readonly shardId: string;
  readonly at: number;
}

/** The batch an event is about. A final invocation may have no records, and then no sequence numbers. */
export interface BatchFacts {
  readonly records: number;
  readonly firstSequenceNumber: SequenceNumber | undefined;
  readonly lastSequenceNumber: SequenceNumber | undefined;
  /** 1 at the first delivery of these records as a batch of their own. */
  readonly attempt: number;
}

interface WindowFacts {
  readonly windowStartMs: number;
  readonly windowEndMs: number;
}

/** Why a mapping gave a record up: the event source mapping's limits of retries or of age. */
export type DiscardReason = 'retries-exhausted' | 'record-age-exceeded';

export type RecordDiscarded = Extract<MappingEvent, { kind: 'record-discarded' }>;

/** What a mapping tells whoever watches it. */
export type MappingEvent =
  | ({ readonly kind: 'shard-started' } & AtShard)
  | ({ readonly kind: 'shard-ended' } & AtShard)
  | ({ readonly kind: 'batch-started' } & AtShard & BatchFacts)
  | ({ readonly kind: 'batch-succeeded'; readonly durationMs: number } & AtShard & BatchFacts)
  | ({
      readonly kind: 'batch-failed';
      readonly durationMs: number;
      /** Whether the failure counts toward MaximumRetryAttempts. */
      readonly isCounted: boolean;
      readonly errorType: string;
      readonly message: string;
    } & AtShard &
      BatchFacts)
  | ({
      readonly kind: 'retry-scheduled';
      readonly how: 'same-batch' | 'halves' | 'remainder';
      readonly delayMs: number;
    } & AtShard &
      BatchFacts)
  | ({
      readonly kind: 'record-discarded';
      readonly reason: DiscardReason;
      /** Null if the function reported the records itself, or they expired. */
      readonly functionError: 'Unhandled' | null;
      readonly firstArrivalMs: number;
      readonly lastArrivalMs: number;
      /** The records themselves. */
      readonly discarded: readonly SourceRecord[];
    } & AtShard &
      BatchFacts)
  | ({ readonly kind: 'window-final'; readonly isDiscarded: boolean } & AtShard & WindowFacts)
  | ({ readonly kind: 'window-terminated-early' } & AtShard & WindowFacts)
  | ({ readonly kind: 'read-failed'; readonly message: string } & AtShard)
  | ({ readonly kind: 'destination-failed'; readonly message: string } & AtShard)
  | { readonly kind: 'discovery-failed'; readonly at: number; readonly message: string };
