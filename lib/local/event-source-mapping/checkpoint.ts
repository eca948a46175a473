import { compareSequenceNumbers, type SequenceNumber } from '../../model/sequence-number.ts';
import type { Modes } from './modes.ts';
import { doneThrough, type ShardState } from './shard-state.ts';
import type { OpenWindow } from './tumbling-window.ts';

/** Where reading a shard begins as long as no record of it has been read. Times in milliseconds since the epoch. */
export type Origin =
  | { readonly kind: 'trim-horizon' }
  | { readonly kind: 'at-timestamp'; readonly timestampMs: number }
  | { readonly kind: 'latest'; readonly sinceMs: number };

/** What survives of a shard when its mapping stops. */
export interface Checkpoint {
  readonly origin: Origin;
  /** The last record up to which all have succeeded or were given up. */
  readonly position: SequenceNumber | undefined;
  /** The same for each of several lanes, of which some may have got further. */
  readonly lanes?: readonly (SequenceNumber | undefined)[];
  readonly window: OpenWindow | undefined;
  readonly isEnded: boolean;
}

/**
 * Where a mapping keeps its checkpoints. Called by one mapping only; `save` after every change of a position, and for each
 * shard not again before it has resolved.
 */
export interface Checkpoints {
  load(shardId: string): Promise<Checkpoint | undefined>;
  save(shardId: string, checkpoint: Checkpoint): Promise<void>;
}

/** Checkpoints that are gone with this process. */
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

/** The checkpoint of a shard with these lanes. */
export function checkpointOf(lanes: readonly ShardState[], origin: Origin, isEnded: boolean): Checkpoint {
  const positions = lanes.map(doneThrough);
  const checkpoint = { origin, position: earliest(positions), window: lanes[0]?.window, isEnded };
  return lanes.length === 1 ? checkpoint : { ...checkpoint, lanes: positions };
}

/** `undefined` is before all records. */
function earliest(positions: readonly (SequenceNumber | undefined)[]): SequenceNumber | undefined {
  return positions.reduce((a, b) =>
    a === undefined || b === undefined ? undefined : compareSequenceNumbers(a, b) < 0 ? a : b,
  );
}

/**
 * What each lane of a mapping that starts again makes of a checkpoint. If there were more or fewer of them, all go on where
 * the slowest was.
 */
export function resumeLanes(
  checkpoint: Checkpoint,
  lanes: number,
  mode: Modes['restartInWindow'],
): readonly Resumed[] {
  if (lanes === 1) return [resume(checkpoint, mode)];
  const { position } = checkpoint;
  const positions =
    checkpoint.lanes?.length === lanes ? checkpoint.lanes : Array.from({ length: lanes }, () => position);
  return positions.map((each) => ({ position: each, window: undefined }));
}

type Resumed = Pick<ShardState, 'position' | 'window'>;

/** What a mapping with one lane makes of a checkpoint when it starts again. */
export function resume(
  { position, window }: Pick<Checkpoint, 'position' | 'window'>,
  mode: Modes['restartInWindow'],
): Resumed {
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
