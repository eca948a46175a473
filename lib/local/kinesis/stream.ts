import { HASH_KEYS, hashOfPartitionKey } from '../../model/index.ts';
import { STREAM_ARN_PREFIX } from './account.ts';
import { type HashRange, uniformRanges, uniformStart } from './hash-range.ts';
import { partitionPoint } from './partition-point.ts';
import { Shard, type KeptShard } from './shard.ts';
import type { StoredRecord } from './shard-log.ts';

export interface StreamSpec {
  readonly name: string;
  /** Tells a stream from an earlier one of the same name. */
  readonly incarnation: number;
  readonly shardCount: number;
  readonly mode: 'PROVISIONED' | 'ON_DEMAND';
  /** AUTO streams ignore partition keys when they choose a shard. */
  readonly distribution: 'AUTO' | 'USER_PARTITION_KEY';
  readonly maxRecordBytes: number;
  /** Milliseconds for which creating and resharding show as a status. */
  readonly transitionMs: number;
  readonly now: () => number;
}

/** A stream as it can be kept outside of the process. */
export interface KeptStream {
  readonly spec: Omit<StreamSpec, 'now' | 'transitionMs'>;
  readonly createdAt: number;
  readonly retentionHours: number;
  readonly shardsEver: number;
  readonly shards: readonly KeptShard[];
}

export interface PutRequest {
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Chooses the shard instead of the partition key. */
  readonly hashKey?: bigint | undefined;
}

export interface PutReceipt {
  readonly shard: Shard;
  readonly record: StoredRecord;
}

const DEFAULT_RETENTION_HOURS = 24;
const HOUR_MS = 3_600_000;

/** A stream: its shards past and present, and how records find theirs. The open ranges always cover every hash key once. */
export class Stream {
  readonly spec: StreamSpec;
  readonly arn: string;
  readonly createdAt: number;
  readonly tags = new Map<string, string>();
  readonly #shards = new Map<string, Shard>();
  #open: Shard[] = [];
  #shardsEver = 0;
  #dealt = 0;
  #retentionHours = DEFAULT_RETENTION_HOURS;
  #transition: { readonly status: 'CREATING' | 'UPDATING'; readonly until: number };

  /** @param kept to go on with */
  constructor(spec: StreamSpec, kept?: KeptStream) {
    this.spec = spec;
    this.arn = `${STREAM_ARN_PREFIX}${spec.name}`;
    this.createdAt = kept?.createdAt ?? spec.now();
    this.#transition = { status: 'CREATING', until: this.createdAt + spec.transitionMs };
    if (kept !== undefined) this.#restore(kept);
    else for (const range of uniformRanges(spec.shardCount)) this.#openShard(range, []);
  }

  get name(): string {
    return this.spec.name;
  }

  get status(): 'CREATING' | 'UPDATING' | 'ACTIVE' {
    const isSettled = this.spec.transitionMs === 0 || this.spec.now() >= this.#transition.until;
    return isSettled ? 'ACTIVE' : this.#transition.status;
  }

  /** The shards that take records, in order of their hash ranges. */
  get openShards(): readonly Shard[] {
    return this.#open;
  }

  get retentionHours(): number {
    return this.#retentionHours;
  }

  /** Records that arrived before this (ms) are gone. */
  get trimHorizon(): number {
    return this.spec.now() - this.#retentionHours * HOUR_MS;
  }

  /** What is already past the old retention doesn't come back with a longer one. */
  retain(hours: number): void {
    for (const shard of this.shards()) shard.log.trim(this.trimHorizon);
    this.#retentionHours = hours;
  }

  /** Every shard that may still hold records, in order of id. A closed shard expires with its last possible record. */
  shards(): Shard[] {
    const horizon = this.trimHorizon;
    for (const shard of this.#shards.values()) {
      if (shard.closedAt === undefined || shard.closedAt >= horizon) continue;
      shard.log.trim(Number.POSITIVE_INFINITY);
      this.#shards.delete(shard.id);
    }
    return [...this.#shards.values()];
  }

  /** A shard by its id, trimmed to the retention period. */
  shard(id: string): Shard | undefined {
    const shard = this.#shards.get(id);
    shard?.log.trim(this.trimHorizon);
    return shard;
  }

  put(request: PutRequest): PutReceipt {
    const shard = this.#route(request);
    shard.log.trim(this.trimHorizon);
    return { shard, record: shard.append(request.partitionKey, request.data, this.spec.now()) };
  }

  /** Closes a shard for two: the second begins at `start`, which lies inside the range and isn't its first key. */
  split(shard: Shard, start: bigint): readonly [Shard, Shard] {
    const { range } = shard;
    if (start <= range.start || start > range.end) {
      throw new RangeError(
        `hash key "${start}" doesn't split ${range.start} to ${range.end}; use one inside`,
      );
    }
    const openedAt = this.#close([shard]);
    return [
      this.#openShard({ start: range.start, end: start - 1n }, [shard], openedAt),
      this.#openShard({ start, end: range.end }, [shard], openedAt),
    ];
  }

  /** Closes two adjacent shards for one. The first is the child's parent, the second its adjacent parent. */
  merge(shard: Shard, adjacent: Shard): Shard {
    const openedAt = this.#close([shard, adjacent]);
    const [low, high] = shard.range.start < adjacent.range.start ? [shard, adjacent] : [adjacent, shard];
    return this.#openShard({ start: low.range.start, end: high.range.end }, [shard, adjacent], openedAt);
  }

  /** Reshards to `count` equal ranges: splits where a new boundary is missing, then merges what lies between two. */
  scale(count: number): void {
    for (const start of uniformRanges(count).map((range) => range.start)) {
      const shard = this.#shardAt(start);
      if (shard.range.start !== start) this.split(shard, start);
    }
    for (let index = 0; index < count; index += 1) {
      const end = uniformStart(index + 1, count) - 1n;
      let shard = this.#shardAt(uniformStart(index, count));
      while (shard.range.end < end) shard = this.merge(shard, this.#shardAt(shard.range.end + 1n));
    }
  }

  kept(): KeptStream {
    const { name, incarnation, shardCount, mode, distribution, maxRecordBytes } = this.spec;
    return {
      spec: { name, incarnation, shardCount, mode, distribution, maxRecordBytes },
      createdAt: this.createdAt,
      retentionHours: this.#retentionHours,
      shardsEver: this.#shardsEver,
      shards: this.shards().map((shard) => shard.kept()),
    };
  }

  /** Parents stand before their children. */
  #restore({ shards, shardsEver, retentionHours }: KeptStream): void {
    this.#shardsEver = shardsEver;
    this.#retentionHours = retentionHours;
    for (const each of shards) {
      const shard = Shard.restored(
        each,
        each.parents.flatMap((id) => this.#shards.get(id) ?? []),
      );
      this.#shards.set(shard.id, shard);
    }
    this.#open = [...this.#shards.values()]
      .filter(({ closedAt }) => closedAt === undefined)
      .toSorted((a, b) => (a.range.start < b.range.start ? -1 : 1));
  }

  #route({ partitionKey, hashKey }: PutRequest): Shard {
    if (this.spec.distribution === 'USER_PARTITION_KEY')
      return this.#shardAt(hashKey ?? hashOfPartitionKey(partitionKey));
    this.#dealt = (this.#dealt + 1) % this.#open.length;
    return this.#shardAt(uniformStart(this.#dealt, this.#open.length));
  }

  #shardAt(hashKey: bigint): Shard {
    const shard = this.#open[partitionPoint(this.#open, 0, ({ range }) => range.end < hashKey)];
    if (shard === undefined) throw new RangeError(`hash key "${hashKey}" is outside 0 to ${HASH_KEYS - 1n}`);
    return shard;
  }

  /** Closes shards at a time later than they opened, however the clock stands; their children open then. */
  #close(shards: readonly Shard[]): number {
    const closedAt = Math.max(this.spec.now(), ...shards.map((shard) => shard.origin.openedAt + 1));
    for (const shard of shards) shard.close(closedAt);
    this.#open = this.#open.filter((shard) => !shards.includes(shard));
    this.#transition = { status: 'UPDATING', until: this.spec.now() + this.spec.transitionMs };
    return closedAt;
  }

  #openShard(range: HashRange, parents: readonly Shard[], openedAt = this.createdAt): Shard {
    const shard = new Shard({ index: this.#shardsEver, range, parents, openedAt });
    this.#shardsEver += 1;
    this.#shards.set(shard.id, shard);
    this.#open.splice(
      partitionPoint(this.#open, 0, (other) => other.range.start < range.start),
      0,
      shard,
    );
    return shard;
  }
}
