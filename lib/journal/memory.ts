import type { StageTask } from '../engine/index.ts';
import type { Output, Position } from '../model/index.ts';
import type { CheckpointRef } from './entry.ts';
import type { Invocation } from './invocation.ts';
import type { Segments } from './segments.ts';

/** A task as a sandbox holds it between invocations: its state, and where in journal and log it stands. */
export interface TaskMemory {
  readonly task: StageTask;
  /** What isn't journaled yet. */
  readonly segments: Segments;
  /** The last entry of the journal that is in the state. */
  n: number;
  /** That entry is a seal: nothing can follow. */
  isSealed: boolean;
  /** What that entry says: whether what came after it may be in a tail only. */
  mayLeaveTails: boolean;
  /** Of the invocation at hand. */
  window: Invocation['window'];
  deliverUntil: AbortSignal | undefined;
  /** Everything left of it was in the state when entry n was appended. */
  journaled: Position;
  /** Everything left of it is in the state now. */
  through: Position;
  /** Outputs not known to be delivered. */
  outbox: readonly Output[];
  /** Event time as the stages behind were last told it. */
  announced: number | undefined;
  /** The tasks of this stage, as they were when this one began to tell how far it is. */
  peers: readonly string[] | undefined;
  /** How many of them entry n holds. */
  journaledOutbox: number;
  checkpoint: CheckpointRef | undefined;
  /** Entries and bytes of deltas since that checkpoint. */
  entriesSinceCheckpoint: number;
  bytesSinceCheckpoint: number;
  /** Some of the state was stored in another shape: the next entry takes a checkpoint, so that nothing of it is left. */
  isUpgraded: boolean;
}
