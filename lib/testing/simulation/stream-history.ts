import { createHash } from 'node:crypto';
import type { ShardFacts } from '../../engine/index.ts';
import { encodeControlRecord, HASH_KEYS, type InputRecord } from '../../model/index.ts';
import type { Random } from '../random.ts';

/** A record before it has a place in a log. */
export interface SimulatedRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly arrival: number;
}

/** A shard with everything that was ever put into it. */
export interface ShardHistory extends ShardFacts {
  readonly shardId: string;
  readonly records: readonly InputRecord[];
  /** It was split or merged: no record follows. */
  readonly isClosed: boolean;
}

interface OpenShard extends ShardFacts {
  readonly shardId: string;
  readonly records: InputRecord[];
  isClosed: boolean;
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
  const all: OpenShard[] = [];
  let sequenceNumber = FIRST_SEQUENCE_NUMBER;
  const create = (parents: readonly OpenShard[], firstHash: bigint, lastHash: bigint): OpenShard => {
    for (const parent of parents) parent.isClosed = true;
    const shardId = `${stage}:${String(all.length).padStart(12, '0')}`;
    const ids = parents.map((parent) => parent.shardId);
    const shard: OpenShard = { shardId, parents: ids, firstHash, lastHash, records: [], isClosed: false };
    all.push(shard);
    return shard;
  };
  const isOpen = ({ isClosed }: OpenShard): boolean => !isClosed;
  const put = (shard: OpenShard, record: SimulatedRecord): void => {
    sequenceNumber += BigInt(1 + random.below(5));
    shard.records.push({ ...record, sequenceNumber: String(sequenceNumber) });
  };
  const width = HASH_KEYS / BigInt(shardCount);
  for (let index = 0n; index < shardCount; index += 1n) {
    create([], index * width, index === BigInt(shardCount) - 1n ? HASH_KEYS - 1n : (index + 1n) * width - 1n);
  }

  for (const record of records) {
    if (isResharded && random.chance(RESHARD_CHANCE)) {
      const open = all.filter(isOpen);
      const shard = open[random.below(open.length)];
      const neighbour = open.find(({ firstHash }) => firstHash === (shard?.lastHash ?? 0n) + 1n);
      if (shard === undefined) continue;
      if (neighbour !== undefined && random.chance(0.5))
        create([shard, neighbour], shard.firstHash, neighbour.lastHash);
      else {
        const middle = (shard.firstHash + shard.lastHash) / 2n;
        create([shard], shard.firstHash, middle);
        create([shard], middle + 1n, shard.lastHash);
      }
    }
    const hash = hashKeyOf(record.partitionKey);
    const home = all.find((shard) => isOpen(shard) && shard.firstHash <= hash && hash <= shard.lastHash);
    if (home !== undefined) put(home, record);
  }
  const finish = { partitionKey: 'finish', data: encodeControlRecord({ kind: 'finish' }), arrival: 0 };
  for (const shard of all.filter(isOpen)) put(shard, finish);
  // One more record, to be delivered when nothing goes wrong any more: a lost tail is noticed when the next one comes.
  for (const shard of all.filter(isOpen)) put(shard, finish);
  return all;
}
