import { createHash } from 'node:crypto';
import { encodeControlRecord } from '../../model/index.ts';
import type { Random } from '../random.ts';
import { SimulatedShards, type ShardHistory, type SimulatedShard } from './simulated-shards.ts';

/** A record before it has a place in a log. */
export interface SimulatedRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly arrival: number;
}

/** The digits grow in mid-stream, so numbers that are compared as text, or as floats, are compared wrongly. */
const FIRST_SEQUENCE_NUMBER = 10n ** 20n - 100n;
const RESHARD_CHANCE = 0.05;

/** Where a partition key lies among the hash keys of a stream. */
export function hashKeyOf(partitionKey: string): bigint {
  return BigInt(`0x${createHash('md5').update(partitionKey).digest('hex')}`);
}

/**
 * Puts the records into a stream whose shards are split and merged meanwhile, and declares it finished. Parents come
 * before their children.
 */
export function streamHistory(
  stage: string,
  random: Random,
  records: readonly SimulatedRecord[],
  shardCount: number,
  isResharded: boolean,
): readonly ShardHistory[] {
  const shards = new SimulatedShards(stage, shardCount);
  let sequenceNumber = FIRST_SEQUENCE_NUMBER;
  const put = (shard: SimulatedShard, record: SimulatedRecord): void => {
    sequenceNumber += BigInt(1 + random.below(5));
    shard.records.push({ ...record, sequenceNumber: String(sequenceNumber) });
  };
  for (const record of records) {
    if (isResharded && random.chance(RESHARD_CHANCE)) shards.reshard(random);
    put(shards.at(hashKeyOf(record.partitionKey)), record);
  }
  const finish = { partitionKey: 'finish', data: encodeControlRecord({ kind: 'finish' }), arrival: 0 };
  for (const shard of shards.open) put(shard, finish);
  // One more record, to be delivered when nothing goes wrong any more: a lost tail is noticed when the next one comes.
  for (const shard of shards.open) put(shard, finish);
  return shards.all;
}
