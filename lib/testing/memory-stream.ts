import type { InputStream, ShardFacts } from '../engine/index.ts';
import { HASH_KEYS, isCovered, type InputRecord, type Position } from '../model/index.ts';

const WHOLE_RANGE: ShardFacts = { parents: [], firstHash: 0n, lastHash: HASH_KEYS - 1n };

/** A stream in memory: the log of each of its shards, and where the shards come from. */
export class MemoryStream implements InputStream {
  readonly #shards = new Map<string, { readonly facts: ShardFacts; readonly records: InputRecord[] }>();

  addShard(shardId: string, facts: ShardFacts = WHOLE_RANGE): void {
    this.#shards.set(shardId, { facts, records: [] });
  }

  append(shardId: string, ...records: readonly InputRecord[]): void {
    this.#shard(shardId).records.push(...records);
  }

  async *readAfter(shardId: string, position: Position): AsyncIterable<readonly InputRecord[]> {
    const rest = this.#shard(shardId).records.filter(
      ({ sequenceNumber }) => !isCovered(position, sequenceNumber),
    );
    if (rest.length > 0) yield rest;
  }

  async describeShard(shardId: string): Promise<ShardFacts | undefined> {
    return this.#shards.get(shardId)?.facts;
  }

  #shard(shardId: string): { readonly facts: ShardFacts; readonly records: InputRecord[] } {
    const shard = this.#shards.get(shardId);
    if (shard === undefined) throw new RangeError(`stream has no shard "${shardId}"`);
    return shard;
  }
}
