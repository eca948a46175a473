import type { Checkpoint, Checkpoints } from './checkpoint.ts';
import type { MappingEvent } from './mapping-event.ts';
import { newBatch } from './next-step.ts';
import type { Batch, ShardState } from './shard-state.ts';

/**
 * What can happen to a batch because delivery is at least once:
 * - `drop-response`: the function has done its work, and the mapping never hears of it;
 * - `repeat-batch`: it has succeeded, and is delivered again;
 * - `repeat-recut`: the same, and its records come in other batches, with newer ones.
 */
export type BatchFault = (typeof BATCH_FAULTS)[number];

/** All there are. */
export const BATCH_FAULTS = ['drop-response', 'repeat-batch', 'repeat-recut'] as const;

/** Asked with each batch that is about to be delivered. */
export type FaultOf = (batch: Extract<MappingEvent, { kind: 'batch-started' }>) => BatchFault | undefined;

/** The shard as if the success of a batch had been forgotten. */
export function repeated(state: ShardState, { purpose, records }: Batch, isRecut: boolean): ShardState {
  const middle = Math.floor(records.length / 2);
  if (!isRecut || (purpose !== 'records' && middle === 0)) {
    return { ...state, queue: [newBatch(purpose, records), ...state.queue] };
  }
  const first = middle === 0 ? [] : [newBatch('records', records.slice(0, middle))];
  const rest = records.slice(middle);
  return purpose === 'records' && state.queue.length === 0
    ? { ...state, queue: first, buffer: [...rest, ...state.buffer] }
    : { ...state, queue: [...first, newBatch(purpose, rest), ...state.queue] };
}

/** Checkpoints of a mapping that is stopped before it has noted that its last batch is done. */
export function forgettingLast(checkpoints: Checkpoints): Checkpoints {
  const last = new Map<string, Checkpoint>();
  return {
    load: (shardId) => {
      last.delete(shardId);
      return checkpoints.load(shardId);
    },
    save: (shardId, checkpoint) => {
      const before = last.get(shardId) ?? checkpoint;
      last.set(shardId, checkpoint);
      return checkpoints.save(shardId, checkpoint.isEnded ? checkpoint : before);
    },
  };
}
