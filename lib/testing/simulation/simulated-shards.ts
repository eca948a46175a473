import type { ShardFacts } from '../../engine/index.ts';
import { HASH_KEYS, type InputRecord } from '../../model/index.ts';
import type { Random } from '../random.ts';

/** A shard with everything that was ever put into it. */
export interface ShardHistory extends ShardFacts {
  readonly shardId: string;
  readonly records: readonly InputRecord[];
  /** It was split or merged: no record follows. */
  readonly isClosed: boolean;
}

/** A shard while records are put into it. */
export interface SimulatedShard extends ShardHistory {
  readonly records: InputRecord[];
  isClosed: boolean;
}

/** The shards of a stream that is resharded at random. Parents come before their children. */
export class SimulatedShards {
  readonly all: SimulatedShard[] = [];
  readonly #stage: string;

  constructor(stage: string, count: number) {
    this.#stage = stage;
    const width = HASH_KEYS / BigInt(count);
    for (let index = 1n; index <= count; index += 1n) {
      this.#add([], (index - 1n) * width, index === BigInt(count) ? HASH_KEYS - 1n : index * width - 1n);
    }
  }

  get open(): readonly SimulatedShard[] {
    return this.all.filter(({ isClosed }) => !isClosed);
  }

  /** The open shard that takes this hash key. */
  at(hash: bigint): SimulatedShard {
    const shard = this.open.find(({ firstHash, lastHash }) => firstHash <= hash && hash <= lastHash);
    if (shard === undefined) throw new RangeError(`no open shard of stage "${this.#stage}" takes ${hash}`);
    return shard;
  }

  /** Splits a shard, or merges two. */
  reshard(random: Random): readonly SimulatedShard[] {
    const open = this.open;
    const shard = open[random.below(open.length)];
    if (shard === undefined) return [];
    const neighbour = open.find(({ firstHash }) => firstHash === shard.lastHash + 1n);
    if (neighbour !== undefined && random.chance(0.5)) {
      return [this.#add([shard, neighbour], shard.firstHash, neighbour.lastHash)];
    }
    const middle = (shard.firstHash + shard.lastHash) / 2n;
    return [this.#add([shard], shard.firstHash, middle), this.#add([shard], middle + 1n, shard.lastHash)];
  }

  #add(parents: readonly SimulatedShard[], firstHash: bigint, lastHash: bigint): SimulatedShard {
    for (const parent of parents) parent.isClosed = true;
    const shard: SimulatedShard = {
      shardId: `${this.#stage}:${String(this.all.length).padStart(12, '0')}`,
      parents: parents.map(({ shardId }) => shardId),
      firstHash,
      lastHash,
      records: [],
      isClosed: false,
    };
    this.all.push(shard);
    return shard;
  }
}
