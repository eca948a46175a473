import { isLookup, isOperator, type Pipeline } from '../dsl/index.ts';
import {
  StageTask,
  type InputStream,
  type Lookups,
  type OutputSinks,
  type Shuffle,
} from '../engine/index.ts';
import type { Migrations } from '../model/index.ts';
import {
  fingerprintOf,
  stageGraphOf,
  stateShapesOf,
  type StagePlan,
  type StateShapes,
} from '../plan/index.ts';
import type { JournalStore } from './store.ts';

/** What a task needs from outside. */
export interface TaskPorts {
  readonly store: JournalStore;
  readonly stream: InputStream;
  readonly sinks: OutputSinks;
  /** Needed where the stage sends to others. */
  readonly shuffle?: Shuffle;
  /** Needed where the stage looks up tables outside. */
  readonly lookups?: Lookups;
  /** A text that is never given out twice, anywhere. */
  readonly newToken: () => string;
}

/** Sizes at which a task acts. */
export interface TaskLimits {
  /**
   * A tail beyond this is journaled, in bytes before base64. Where checkpoints are larger than this, it is journaled
   * while it fits an entry: if it didn't, each time would take a checkpoint instead.
   */
  readonly tailBytes: number;
  /** A delta and an outbox that together are beyond this don't fit an entry; the outbox takes at most half of it. */
  readonly entryBytes: number;
  /** Deltas of fewer bytes than this are not worth a checkpoint. */
  readonly smallestCheckpointBytes: number;
  /** How many state entries or outputs go into one piece of a checkpoint. */
  readonly entriesPerPiece: number;
}

/**
 * Window state may be 1 MB of JSON, a DynamoDB item 400 KB.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
export const DEFAULT_LIMITS: TaskLimits = {
  tailBytes: 500_000,
  entryBytes: 350_000,
  smallestCheckpointBytes: 64 * 1024,
  entriesPerPiece: 2_000,
};

/** What stays the same for a task as long as its code does. */
export interface TaskContext {
  readonly stageId: string;
  readonly shardId: string;
  readonly taskId: string;
  /** The same for another shard of the stage. */
  readonly forShard: (shardId: string) => TaskContext;
  readonly ports: TaskPorts;
  readonly limits: TaskLimits;
  readonly newStageTask: () => StageTask;
  /** The pipeline may report that it can't get past a record. */
  readonly canHalt: boolean;
  /** Outputs wait until the journal holds what they come from. */
  readonly isTransactional: boolean;
  /**
   * What tables outside have said is in the state, and may not be said again: the state is no function of the log alone,
   * so nothing of a batch may leave the task, in a tail or as an output, before the journal holds it.
   */
  readonly asksTables: boolean;
  /** The stages it sends to. */
  readonly receivers: readonly string[];
  readonly shapes: StateShapes;
  readonly fingerprint: string;
  /** How operators read state of earlier definitions, by their ids. */
  readonly migrations: ReadonlyMap<string, Migrations>;
  /** Operators the pipeline had once. */
  readonly forgets: ReadonlySet<string>;
}

export function taskContext(
  pipeline: Pipeline,
  stage: StagePlan,
  shardId: string,
  ports: TaskPorts,
  limits: TaskLimits,
): TaskContext {
  const { nodes } = stageGraphOf(pipeline, stage.id);
  const asksTables = nodes.some(isLookup);
  return {
    stageId: stage.id,
    shardId,
    forShard: (other) => taskContext(pipeline, stage, other, ports, limits),
    taskId: `${pipeline.name}/${stage.id}/${shardId}`,
    ports,
    limits,
    newStageTask: () => new StageTask(pipeline, stage.id, shardId),
    canHalt: pipeline.onError === 'halt',
    isTransactional: asksTables || pipeline.delivery === 'transactional',
    asksTables,
    receivers: [...new Set(stage.sends.map(({ to }) => to))],
    shapes: stateShapesOf(stage),
    fingerprint: fingerprintOf(stage),
    migrations: new Map(
      nodes.filter(isOperator).map(({ id, definition }) => [id, definition.migrations ?? {}]),
    ),
    forgets: new Set(pipeline.forgets),
  };
}
