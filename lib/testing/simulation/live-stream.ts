import {
  encodeParcel,
  HASH_KEYS,
  hashOfPartition,
  parcelsOf,
  telling,
  type InputRecord,
  type Progress,
  type SentOutput,
} from '../../model/index.ts';
import type { MemoryStream } from '../memory-stream.ts';
import type { Random } from '../random.ts';
import type { ShardHistory } from './stream-history.ts';

interface LiveShard extends ShardHistory {
  readonly records: InputRecord[];
  isClosed: boolean;
}

const ARRIVAL = 0;
const MOST_SHARDS = 10;

/** The stream of a shuffle: its records come while the simulation runs, and its shards are split and merged meanwhile. */
export class LiveStream {
  readonly #stage: string;
  readonly #partitions: number;
  readonly #stream: MemoryStream;
  readonly #added: (shard: ShardHistory) => void;
  readonly #shards: LiveShard[] = [];
  #sequenceNumber = 10n ** 20n - 50n;

  /** @param added is told of each new shard */
  constructor(stage: string, partitions: number, stream: MemoryStream, added: (shard: ShardHistory) => void) {
    this.#stage = stage;
    this.#partitions = partitions;
    this.#stream = stream;
    this.#added = added;
    this.#create([], 0n, HASH_KEYS - 1n);
  }

  get openShards(): readonly LiveShard[] {
    return this.#shards.filter(({ isClosed }) => !isClosed);
  }

  /**
   * Sends each parcel to its shard. One whose shard is split or merged just then goes astray, and is sent again.
   * @param isOvertaken with what the stream is resharded before the next parcel comes, if it is
   */
  send(
    sent: readonly SentOutput[],
    progress: Progress | undefined,
    isOvertaken: () => Random | undefined,
  ): void {
    const told = new Set<string>();
    let waiting = sent;
    for (;;) {
      const untold = this.openShards.map(({ shardId }) => shardId).filter((shardId) => !told.has(shardId));
      const parcels = parcelsOf(waiting, (partition) => this.#homeOf(partition).shardId);
      const all = progress === undefined ? parcels : telling(parcels, progress, untold);
      if (all.length === 0) return;
      const astray = all.filter(({ parcel }) => {
        const random = isOvertaken();
        if (random !== undefined) this.reshard(random);
        const meant = this.#shards.find(({ shardId }) => shardId === parcel.shard);
        if (meant === undefined)
          throw new RangeError(`stage "${this.#stage}" has no shard "${parcel.shard}"`);
        this.#put(this.#shardWith(meant.firstHash), encodeParcel(parcel));
        if (!meant.isClosed && parcel.progress !== undefined) told.add(parcel.shard);
        return meant.isClosed;
      });
      waiting = astray.flatMap(({ outputs }) => outputs);
    }
  }

  /** Splits a shard, or merges two. */
  reshard(random: Random): void {
    if (this.#shards.length >= MOST_SHARDS) return;
    const open = this.openShards;
    const shard = open[random.below(open.length)];
    const neighbour = open.find(({ firstHash }) => firstHash === (shard?.lastHash ?? 0n) + 1n);
    if (shard === undefined) return;
    if (neighbour !== undefined && random.chance(0.5)) {
      this.#create([shard, neighbour], shard.firstHash, neighbour.lastHash);
      return;
    }
    const middle = (shard.firstHash + shard.lastHash) / 2n;
    this.#create([shard], shard.firstHash, middle);
    this.#create([shard], middle + 1n, shard.lastHash);
  }

  #homeOf(partition: number): LiveShard {
    return this.#shardWith(hashOfPartition(partition, this.#partitions));
  }

  #shardWith(hash: bigint): LiveShard {
    const shard = this.openShards.find(({ firstHash, lastHash }) => firstHash <= hash && hash <= lastHash);
    if (shard === undefined) throw new RangeError(`no open shard of stage "${this.#stage}" takes ${hash}`);
    return shard;
  }

  #create(parents: readonly LiveShard[], firstHash: bigint, lastHash: bigint): void {
    for (const parent of parents) parent.isClosed = true;
    const shard: LiveShard = {
      shardId: `${this.#stage}:${String(this.#shards.length).padStart(12, '0')}`,
      parents: parents.map(({ shardId }) => shardId),
      firstHash,
      lastHash,
      records: [],
      isClosed: false,
    };
    this.#shards.push(shard);
    this.#stream.addShard(shard.shardId, shard);
    this.#added(shard);
  }

  #put(shard: LiveShard, data: Uint8Array): void {
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
