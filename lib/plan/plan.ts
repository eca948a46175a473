import type { DeliveryPolicy, ErrorPolicy, MissPolicy, UnknownPolicy } from '../dsl/index.ts';

/**
 * A pipeline as data: what is deployed, printed, compared. Plain JSON; the functions stay in the pipeline, and the
 * engine puts both together again by name and id.
 */
export interface Plan {
  readonly format: 1;
  readonly pipeline: string;
  readonly onError: ErrorPolicy;
  readonly delivery: DeliveryPolicy;
  /** Ids of operators it had once, whose stored state is dropped; absent if there are none. */
  readonly forgets?: readonly string[];
  /** Each before those it sends to. */
  readonly stages: readonly StagePlan[];
}

/** What reads one stream. Each of the stream's shards is one task of the stage. */
export interface StagePlan {
  readonly id: string;
  readonly input: StageInput;
  readonly time: StageTime;
  /** Stateful operators, each before those that read its results. */
  readonly operators: readonly OperatorPlan[];
  /** Joins with tables outside; absent if there are none. A stage that has some journals every batch. */
  readonly lookups?: readonly LookupPlan[];
  readonly sinks: readonly SinkPlan[];
  /** What leaves for other stages. */
  readonly sends: readonly SendPlan[];
}

export type StageInput =
  | {
      readonly kind: 'source';
      readonly source: string;
      /** It has the changes of a table; absent for a stream of records. */
      readonly of?: 'table';
    }
  | {
      readonly kind: 'shuffle';
      /** How many parts the keys are divided into: the most shards the stream can usefully have. */
      readonly partitions: number;
      /** The stages whose parcels it reads. */
      readonly from: readonly string[];
    };

export interface StageTime {
  /** Where event time comes from: the records, their arrival, or the stages before. */
  readonly timestamp: 'arrival' | 'extracted' | 'producers';
  readonly outOfOrderMs: number;
  readonly maxSkewMs: number;
  readonly idleAfterMs: number;
}

export interface SendPlan {
  readonly edge: string;
  /** Where in the stage it comes from, as in `OperatorPlan.reads`. */
  readonly reads: readonly string[];
  readonly to: string;
  /** Into how many parts the keys are divided there. */
  readonly partitions: number;
}

export interface OperatorPlan {
  readonly id: string;
  readonly kind: string;
  /** The same text exactly as long as stored state can be read. */
  readonly shape: string;
  readonly does: string;
  readonly keeps: string;
  /** Shapes of earlier definitions whose stored state it can read; absent if there are none. */
  readonly migratesFrom?: readonly string[];
  /**
   * Where in the stage its input comes from: the ids of operators, `id.late` for a further output of one, and the
   * stage's own id for what the stage reads.
   */
  readonly reads: readonly string[];
  /**
   * Where what comes too late goes: to outputs of the pipeline, to the dead letters if no output takes it, or from a
   * combiner to whom it combines for.
   */
  readonly late: 'outputs' | 'dead-letters' | 'sent on';
  /** How far behind the newest event an entry can still be kept, in ms of event time; absent without a bound. */
  readonly horizonMs?: number;
}

export interface LookupPlan {
  readonly id: string;
  /** The name the pipeline has for the table. */
  readonly table: string;
  /** The attributes of its key. */
  readonly key: readonly string[];
  readonly onMiss: MissPolicy;
  readonly onUnknown: UnknownPolicy;
  /** For how long rows, and keys that have none, are remembered, in ms of processing time. */
  readonly ttlMs: number;
  readonly missTtlMs: number;
  /** How many keys each function remembers at most. */
  readonly maxEntries: number;
}

export interface SinkPlan {
  readonly name: string;
  /** Where in the stage it comes from, as in `OperatorPlan.reads`. */
  readonly reads: readonly string[];
  /** `rows`: one row for each key and window, newest version kept. `events`: everything beside everything. */
  readonly kind: 'rows' | 'events';
}
