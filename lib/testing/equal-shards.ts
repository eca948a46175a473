import type { HashRange } from '../engine/index.ts';
import { HASH_KEYS } from '../model/index.ts';

/** A shard of a stream that was never resharded. */
export interface EqualShard extends HashRange {
  readonly shardId: string;
}

/** Shards with equal shares of the hash keys, in order. */
export function equalShards(count: number): readonly EqualShard[] {
  return Array.from({ length: count }, (_, index) => ({
    shardId: `shardId-${String(index).padStart(12, '0')}`,
    firstHash: firstHashOf(index, count),
    lastHash: firstHashOf(index + 1, count) - 1n,
  }));
}

/** Which of so many equal shards a hash key belongs to. */
export function equalShardOf(hash: bigint, count: number): number {
  return Number((hash * BigInt(count)) / HASH_KEYS);
}

function firstHashOf(index: number, count: number): bigint {
  const shards = BigInt(count);
  return (BigInt(index) * HASH_KEYS + shards - 1n) / shards;
}
