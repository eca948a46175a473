import { messageOf } from '../../model/errors.ts';
import type { Checkpoint, Origin } from './checkpoint.ts';
import { filtering } from './filter.ts';
import { discardTo } from './failure-message.ts';
import { isDrained } from './lane-run.ts';
import { startableShards, type ShardLineage } from './lineage.ts';
import type { MappingSettings } from './mapping-settings.ts';
import type { ShardReader } from './shard-reader.ts';
import { runShard } from './shard-run.ts';
import type { ShardConfig, ShardState } from './shard-state.ts';
import { streamNameOf } from './stream.ts';

const MAX_RECORDS_PER_READ = 10_000;

/** One life of a mapping, from its start to its stop. */
export interface MappingRun {
  drained(): Promise<void>;
  stop(): Promise<void>;
}

interface ShardProgress {
  readonly lanes: LaneProgress[];
  isEnded: boolean;
}

interface LaneProgress {
  state: ShardState;
  /** The value of `asked` when the last successful read began. */
  readSince: number;
}

interface Waiter {
  readonly asked: number;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Finds the stream's shards, now and whenever it is resharded, and runs each of them once its parents have ended.
 *
 * A caller of `drained` asks for what is in the stream at that moment. `asked` counts these calls: a shard satisfies
 * call n when the last read of each of its lanes began after call n and reached the tip, and everything read is done.
 */
export function startRun(settings: MappingSettings): MappingRun {
  const { reading, clock, checkpoints, onEvent } = settings;
  const stopping = new AbortController();
  const progress = new Map<string, ShardProgress>();
  const running = new Set<Promise<void>>();
  const ended = new Set<string>();
  let listed: readonly ShardLineage[] = [];
  let waiters: Waiter[] = [];
  let wake = new AbortController();
  let asked = 0;
  let listedSince = -1;
  let failure: Error | undefined;

  const onDiscard = discardTo(
    settings.onFailure,
    settings,
    { clock, onEvent, retryMs: settings.backoff.baseMs },
    stopping.signal,
  );

  const supervising = supervise().catch(fail);

  async function supervise(): Promise<void> {
    await clock.sleep(settings.startDelayMs, stopping.signal);
    while (!stopping.signal.aborted) {
      try {
        await discover();
      } catch (error) {
        onEvent({ kind: 'discovery-failed', at: clock.now(), message: messageOf(error) });
      }
      settle();
      await clock.sleep(settings.discoveryMs, wake.signal);
      if (wake.signal.aborted) wake = new AbortController();
    }
  }

  async function discover(): Promise<void> {
    const since = asked;
    const isFirst = listedSince === -1;
    const retention = await reading.retentionMs();
    listed = await reading.listShards();
    if (isFirst) await recall();
    listedSince = since;
    for (const shardId of startableShards(listed, new Set([...progress.keys(), ...ended]), ended)) {
      await begin(shardId, { ...settings, retentionMs: retention });
    }
  }

  /** A mapping that never ran gives every shard it finds its starting position; later shards are read whole. */
  async function recall(): Promise<void> {
    const known = await Promise.all(listed.map(({ shardId }) => checkpoints.load(shardId)));
    const isNew = known.every((checkpoint) => checkpoint === undefined);
    for (const [index, { shardId, parents }] of listed.entries()) {
      if (known[index]?.isEnded === true) ended.add(shardId);
      if (!isNew) continue;
      const origin = originOf(settings, clock.now());
      const waits = parents.some((parent) => listed.some((shard) => shard.shardId === parent));
      await checkpoints.save(shardId, unread(waits ? fixed(origin) : origin));
    }
  }

  async function begin(shardId: string, config: ShardConfig): Promise<void> {
    const { origin, ...reached } = (await checkpoints.load(shardId)) ?? unread({ kind: 'trim-horizon' });
    const saved = { ...reached, origin: fixed(origin) };
    await checkpoints.save(shardId, saved);
    const shard: ShardProgress = { lanes: [], isEnded: false };
    progress.set(shardId, shard);
    const run = runShard({
      shardId,
      saved,
      config,
      readerOf: (lane, after) => {
        const reader = reading.readerOf(shardId, { after, origin, limit: MAX_RECORDS_PER_READ });
        return noting(filtering(reader, settings.isDelivered), shard, lane);
      },
      invoke: settings.invoke,
      faultOf: settings.faultOf,
      checkpoints,
      clock,
      signal: stopping.signal,
      onEvent,
      onDiscard,
      onStep: (lane, state) => {
        shard.lanes[lane] = { readSince: -1, ...shard.lanes[lane], state };
        settle();
      },
    }).then((isEnded) => {
      if (!isEnded) return;
      shard.isEnded = true;
      ended.add(shardId);
      wake.abort();
    }, fail);
    running.add(run);
    void run.finally(() => running.delete(run));
  }

  function noting(reader: ShardReader, { lanes }: ShardProgress, lane: number): ShardReader {
    return {
      read: async () => {
        const since = asked;
        const result = await reader.read();
        const own = lanes[lane];
        if (own !== undefined) own.readSince = since;
        return result;
      },
    };
  }

  function settle(): void {
    const still = waiters.filter((waiter) => !isDrainedSince(waiter.asked));
    const done = waiters.filter((waiter) => !still.includes(waiter));
    waiters = still;
    for (const { resolve } of done) resolve();
  }

  function isDrainedSince(call: number): boolean {
    return (
      listedSince >= call &&
      listed.every(({ shardId }) => {
        const shard = progress.get(shardId);
        if (shard === undefined) return ended.has(shardId);
        if (shard.isEnded) return true;
        return shard.lanes.every(({ readSince, state }) => readSince >= call && isDrained(state));
      })
    );
  }

  function fail(thrown: unknown): void {
    failure ??= thrown instanceof Error ? thrown : new Error(messageOf(thrown));
    abandon(failure);
  }

  function abandon(reason: Error): void {
    for (const { reject } of waiters) reject(reason);
    waiters = [];
  }

  return {
    drained: () =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        asked += 1;
        waiters.push({ asked, resolve, reject });
        wake.abort();
      }),
    stop: async () => {
      stopping.abort();
      wake.abort();
      await supervising;
      await Promise.all(running);
      abandon(
        new Error(
          `the mapping of stream "${streamNameOf(settings.streamArn)}" was stopped before the stream was drained`,
        ),
      );
      if (failure !== undefined) throw failure;
    },
  };
}

function unread(origin: Origin): Checkpoint {
  return { origin, position: undefined, window: undefined, isEnded: false };
}

function originOf({ parameters }: MappingSettings, latestSinceMs: number): Origin {
  switch (parameters.startingPosition) {
    case 'TRIM_HORIZON':
      return { kind: 'trim-horizon' };
    case 'AT_TIMESTAMP':
      return { kind: 'at-timestamp', timestampMs: parameters.startingPositionTimestampMs ?? 0 };
    case 'LATEST':
      return { kind: 'latest', sinceMs: latestSinceMs };
  }
}

/** LATEST means the moment reading began; kept for later, it is a timestamp. */
function fixed(origin: Origin): Origin {
  return origin.kind === 'latest' ? { kind: 'at-timestamp', timestampMs: origin.sinceMs } : origin;
}
