import {
  encodePacket,
  encodeProgress,
  hashOfPartition,
  packetsOf,
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

const HASH_KEYS = 2n ** 128n;
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

  send(sent: readonly SentOutput[]): void {
    for (const { packet } of packetsOf(sent)) {
      const hash = hashOfPartition(packet.partition, this.#partitions);
      const home = this.openShards.find(({ firstHash, lastHash }) => firstHash <= hash && hash <= lastHash);
      if (home !== undefined) this.#put(home, encodePacket(packet));
    }
  }

  announce(progress: Progress): void {
    for (const shard of this.openShards) this.#put(shard, encodeProgress(progress));
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
