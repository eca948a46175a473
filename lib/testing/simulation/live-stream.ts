import type { Sent } from '../../engine/index.ts';
import {
  encodeParcel,
  hashOfPartition,
  parcelsOf,
  telling,
  type Progress,
  type SentOutput,
} from '../../model/index.ts';
import type { MemoryStream } from '../memory-stream.ts';
import type { Random } from '../random.ts';
import { SimulatedShards, type ShardHistory, type SimulatedShard } from './simulated-shards.ts';

/** What a parcel can meet. */
interface Obstacles {
  /** With what the stream is resharded before it comes, if it is. */
  resharding(): Random | undefined;
  /** Whether its shard takes no more just now. */
  refuses(): boolean;
}

const ARRIVAL = 0;
const MOST_SHARDS = 10;

/** The stream of a shuffle: its records come while the simulation runs, and its shards are split and merged meanwhile. */
export class LiveStream {
  readonly #stage: string;
  readonly #shards: SimulatedShards;
  readonly #partitions: number;
  readonly #stream: MemoryStream;
  readonly #added: (shard: ShardHistory) => void;
  #sequenceNumber = 10n ** 20n - 50n;

  /** @param added is told of each new shard */
  constructor(stage: string, partitions: number, stream: MemoryStream, added: (shard: ShardHistory) => void) {
    this.#stage = stage;
    this.#partitions = partitions;
    this.#stream = stream;
    this.#added = added;
    this.#shards = new SimulatedShards(stage, 1);
    this.#announce(this.#shards.all);
  }

  get openShards(): readonly ShardHistory[] {
    return this.#shards.open;
  }

  /**
   * Sends each parcel to its shard. One whose shard is split or merged just then goes astray, and is sent again, as are
   * those that were refused by then.
   */
  send(sent: readonly SentOutput[], progress: Progress | undefined, obstacles: Obstacles): Sent {
    const left = new Set(sent);
    const told = new Set<string>();
    for (;;) {
      const untold = this.openShards.map(({ shardId }) => shardId).filter((shardId) => !told.has(shardId));
      const parcels = parcelsOf([...left], (partition) => this.#homeOf(partition));
      const all = telling(parcels, progress, untold);
      const refused = new Set<string>();
      let isAnyAstray = false;
      for (const { parcel, outputs } of all) {
        const random = obstacles.resharding();
        if (random !== undefined) this.reshard(random);
        const meant = this.#shards.all.find(({ shardId }) => shardId === parcel.shard);
        if (meant === undefined)
          throw new RangeError(`stage "${this.#stage}" has no shard "${parcel.shard}"`);
        // What comes behind a parcel for the same shard is sent when that one has arrived.
        if (refused.has(parcel.shard) || obstacles.refuses()) {
          refused.add(parcel.shard);
          continue;
        }
        this.#put(this.#shards.at(meant.firstHash), encodeParcel(parcel));
        isAnyAstray ||= meant.isClosed;
        if (meant.isClosed) continue;
        for (const output of outputs) left.delete(output);
        if (parcel.progress !== undefined) told.add(parcel.shard);
      }
      if (isAnyAstray) continue;
      const isTold = progress === undefined || this.openShards.every(({ shardId }) => told.has(shardId));
      return { left: sent.filter((output) => left.has(output)), isTold };
    }
  }

  /** Splits a shard, or merges two, unless there have been many. */
  reshard(random: Random): void {
    if (this.#shards.all.length < MOST_SHARDS) this.#announce(this.#shards.reshard(random));
  }

  #homeOf(partition: number): string {
    return this.#shards.at(hashOfPartition(partition, this.#partitions)).shardId;
  }

  #announce(shards: readonly ShardHistory[]): void {
    for (const shard of shards) {
      this.#stream.addShard(shard.shardId, shard);
      this.#added(shard);
    }
  }

  #put(shard: SimulatedShard, data: Uint8Array): void {
    this.#sequenceNumber += 1n;
    const record = {
      sequenceNumber: String(this.#sequenceNumber),
      partitionKey: this.#stage,
      data,
      arrival: ARRIVAL,
    };
    shard.records.push(record);
    this.#stream.append(shard.shardId, record);
  }
}
