import type { SequenceNumber } from '../../model/sequence-number.ts';
import { checkpointOf, resumeLanes, type Checkpoint, type Checkpoints } from './checkpoint.ts';
import { filtering } from './filter.ts';
import { laneOf } from './lane.ts';
import { runLane, type LaneRunOptions } from './lane-run.ts';
import type { ShardReader } from './shard-reader.ts';
import { newShard, type ShardState } from './shard-state.ts';

type ForEachLane = 'config' | 'invoke' | 'faultOf' | 'clock' | 'signal' | 'onEvent' | 'onDiscard';

export interface ShardRunOptions extends Pick<LaneRunOptions, ForEachLane> {
  readonly shardId: string;
  /** Where the shard goes on. */
  readonly saved: Checkpoint;
  readonly checkpoints: Checkpoints;
  /** Each lane reads all of the shard, and leaves out what belongs to the others. */
  readonly readerOf: (lane: number, after: SequenceNumber | undefined) => ShardReader;
  /** Called first and after every step of a lane, with the state reached. */
  readonly onStep: (lane: number, state: ShardState) => void;
}

/**
 * Runs a shard until it has ended or `signal` is aborted, in as many lanes as ParallelizationFactor says. A lane has its
 * share of the partition keys, and batches, retries and a position of its own.
 *
 * @returns whether the shard has been read and processed to its end
 */
export async function runShard(options: ShardRunOptions): Promise<boolean> {
  const { shardId, saved, checkpoints, clock, onEvent, onStep } = options;
  const { parameters, modes } = options.config;
  const failing = new AbortController();
  const signal = AbortSignal.any([options.signal, failing.signal]);
  const lanes = resumeLanes(saved, parameters.parallelizationFactor, modes.restartInWindow).map((resumed) =>
    newShard(shardId, resumed),
  );
  /** What each lane has come to, and what of that may be kept. */
  const reached = [...lanes];
  const kept = [...lanes];
  let saving = Promise.resolve();

  function save(isEnded: boolean): Promise<void> {
    saving = saving.then(() => checkpoints.save(shardId, checkpointOf(kept, saved.origin, isEnded)));
    return saving;
  }

  function readerOf(lane: number, after: SequenceNumber | undefined): ShardReader {
    const reader = options.readerOf(lane, after);
    return lanes.length === 1 ? reader : filtering(reader, (record) => laneOf(record, lanes.length) === lane);
  }

  function run(initial: ShardState, lane: number): Promise<boolean> {
    onStep(lane, initial);
    return runLane({
      ...options,
      initial,
      signal,
      reader: readerOf(lane, initial.position),
      save: (state) => {
        kept[lane] = state;
        return save(false);
      },
      onStep: (state) => {
        reached[lane] = state;
        onStep(lane, state);
      },
      isHeld: () =>
        modes.failingLane === 'shard-waits' &&
        reached.some(({ queue }, other) => other !== lane && queue.length > 0),
    });
  }

  onEvent({ kind: 'shard-started', shardId, at: clock.now() });
  const runs = lanes.map(run);
  try {
    const ends = await Promise.all(runs);
    if (ends.includes(false)) return false;
  } finally {
    failing.abort();
    await Promise.allSettled(runs);
  }
  await save(true);
  onEvent({ kind: 'shard-ended', shardId, at: clock.now() });
  return true;
}
