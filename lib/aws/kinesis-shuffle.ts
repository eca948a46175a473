import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { Sent, Shuffle } from '../engine/index.ts';
import {
  encodeParcel,
  parcelsOf,
  standInFor,
  telling,
  type HomeOf,
  type Packed,
  type Progress,
  type SentOutput,
} from '../model/index.ts';
import type { SendPlan } from '../plan/index.ts';
import { ShuffleStream, type Entry } from './shuffle-stream.ts';

/** More than a parcel of small events takes; larger ones are cut by their bytes. */
const MOST_EVENTS = 5_000;
/** Compressed. A shard takes 1 MiB a second: of small parcels it still takes some when it is nearly full. */
const MOST_PARCEL_BYTES = 256 * 1024;
/** A single event may fill a record, which has 1 MiB with its partition key. */
const MOST_EVENT_BYTES = 1_000_000;
/** How often in a row nothing arrives because shards were split or merged. */
const MOST_DETOURS = 4;

/**
 * Sends events to other stages as parcels in Kinesis streams of the pipeline's own. The next parcel for a shard is sent
 * when the one before has arrived, since what fails of a request says nothing about the order of the rest.
 */
export class KinesisShuffle implements Shuffle {
  readonly #peers: () => Promise<readonly string[]>;
  readonly #streams: ReadonlyMap<string, ShuffleStream>;

  constructor(
    client: KinesisClient,
    peers: () => Promise<readonly string[]>,
    streams: Readonly<Record<string, string>>,
    sends: readonly SendPlan[],
  ) {
    this.#peers = peers;
    const partitions = new Map(sends.map((send) => [send.to, send.partitions]));
    this.#streams = new Map(
      Object.entries(streams).map(([to, name]) => [
        to,
        new ShuffleStream(client, name, partitions.get(to) ?? 1),
      ]),
    );
  }

  /** What can't be sent is handed back; it is tried again with the next batch. */
  async send(
    to: string,
    sent: readonly SentOutput[],
    progress?: Progress,
    signal?: AbortSignal,
  ): Promise<Sent> {
    const stream = this.#streamTo(to);
    const left = new Set(sent);
    const told = new Set<string>();
    let detours = 0;
    let mostEvents = MOST_EVENTS;
    for (;;) {
      const { open, homeOf } = await stream.homes();
      const untold = progress === undefined ? [] : open.filter((shard) => !told.has(shard));
      const isDone = left.size === 0 && untold.length === 0;
      if (isDone || detours === MOST_DETOURS || signal?.aborted === true) {
        return { left: sent.filter((output) => left.has(output)), isTold: untold.length === 0 };
      }
      const parcels = parcelsOf([...left], homeOf, mostEvents);
      const all = telling(parcels, progress, untold);
      const first = firstOfEachShard(all).map((packed) => fitting(packed, homeOf));
      // Whoever has seen how many fit doesn't encode all that is left each time.
      const largest = Math.max(1, ...first.map(({ packed: { outputs } }) => outputs.length));
      mostEvents = Math.min(MOST_EVENTS, 2 * largest);
      const { taken, isAnyAstray } = await stream.put(first, signal);
      for (const { packed } of taken) {
        for (const output of packed.outputs) left.delete(output);
        if (packed.parcel.progress !== undefined) told.add(packed.parcel.shard);
      }
      if (taken.length > 0) detours = 0;
      else if (isAnyAstray) detours += 1;
      else detours = MOST_DETOURS;
    }
  }

  peers(): Promise<readonly string[]> {
    return this.#peers();
  }

  #streamTo(to: string): ShuffleStream {
    const stream = this.#streams.get(to);
    if (stream !== undefined) return stream;
    throw new RangeError(`no stream is known for stage "${to}"; deploy the pipeline again`);
  }
}

/** What comes behind it is sent when it has arrived. */
function firstOfEachShard(packed: readonly Packed[]): readonly Packed[] {
  const first = new Map<string, Packed>();
  for (const each of packed) if (!first.has(each.parcel.shard)) first.set(each.parcel.shard, each);
  return [...first.values()];
}

/**
 * A parcel of the size a parcel should have: of one that is too large, as many of its first events as fit. An event that
 * no record can hold is replaced by what says so.
 */
function fitting(packed: Packed, homeOf: HomeOf): Entry {
  const { outputs, parcel } = packed;
  const data = encodeParcel(parcel);
  if (data.length <= MOST_PARCEL_BYTES) return { packed, data };
  const [only] = outputs;
  if (only !== undefined && outputs.length === 1) {
    if (data.length <= MOST_EVENT_BYTES) return { packed, data };
    const [told] = parcelsOf([standInFor(only, data.length)], homeOf);
    return { packed, data: encodeParcel({ ...parcel, packets: told?.parcel.packets ?? [] }) };
  }
  const count = Math.max(1, Math.floor((outputs.length * MOST_PARCEL_BYTES) / data.length));
  const [smaller = packed] = parcelsOf(outputs.slice(0, count), homeOf);
  return fitting(smaller, homeOf);
}
