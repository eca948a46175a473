import type { SequenceNumber } from '../../model/sequence-number.ts';
import type { Modes } from './modes.ts';
import type { ShardState } from './shard-state.ts';
import type { OpenWindow } from './tumbling-window.ts';

/** Where reading a shard begins as long as no record of it has been read. Times in milliseconds since the epoch. */
export type Origin =
  | { readonly kind: 'trim-horizon' }
  | { readonly kind: 'at-timestamp'; readonly timestampMs: number }
  | { readonly kind: 'latest'; readonly sinceMs: number };

/** What survives of a shard when its mapping stops. */
export interface Checkpoint {
  readonly origin: Origin;
  /** The last record that succeeded or was given up. */
  readonly position: SequenceNumber | undefined;
  readonly window: OpenWindow | undefined;
  readonly isEnded: boolean;
}

/** Where a mapping keeps its checkpoints. Called by one mapping only; `save` after every change of a position. */
export interface Checkpoints {
  load(shardId: string): Promise<Checkpoint | undefined>;
  save(shardId: string, checkpoint: Checkpoint): Promise<void>;
}

export function memoryCheckpoints(): Checkpoints {
  const byShard = new Map<string, Checkpoint>();
  return {
    load: (shardId) => Promise.resolve(byShard.get(shardId)),
    save: (shardId, checkpoint) => {
      byShard.set(shardId, checkpoint);
      return Promise.resolve();
    },
  };
}

/** What a mapping that starts again makes of a checkpoint. */
export function resume(
  { position, window }: Pick<Checkpoint, 'position' | 'window'>,
  mode: Modes['restartInWindow'],
): Pick<ShardState, 'position' | 'window'> {
  if (window === undefined) return { position, window };
  switch (mode) {
    case 'position-without-state':
      return { position, window: undefined };
    case 'position-with-state':
      return { position, window };
    case 'replay-window':
      return { position: window.openedAfter, window: undefined };
  }
}
