import { hash as digest } from 'node:crypto';

/**
 * How many hash keys a stream has; its shards divide them.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_HashKeyRange.html
 */
export const HASH_KEYS = 2n ** 128n;

/**
 * Which part of a shuffle a key belongs to: the same everywhere and for good, for state is stored by it. FNV-1a over the
 * UTF-16 code units of the encoded key, with the finisher of MurmurHash3, whose every bit depends on all of them.
 * @see http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function partitionOf(encodedKey: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < encodedKey.length; index += 1) {
    hash = Math.imul(hash ^ encodedKey.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % partitions;
}

/** The middle of a part's share of the hash keys of a Kinesis stream: a part is in the shard that holds it. */
export function hashOfPartition(partition: number, partitions: number): bigint {
  const share = HASH_KEYS / BigInt(partitions);
  return BigInt(partition) * share + share / 2n;
}

/**
 * Where a partition key lies among the hash keys of a stream.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html
 */
export function hashOfPartitionKey(partitionKey: string): bigint {
  return BigInt(`0x${digest('md5', partitionKey)}`);
}
