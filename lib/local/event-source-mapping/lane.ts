import { hash } from 'node:crypto';
import type { SourceRecord } from './kinesis-event.ts';

const HASHES = 2 ** 32;

/**
 * Which of a shard's lanes a record belongs to, counted from 0. Lambda splits a shard by ranges of the partition key's
 * hash, without saying which hash. This one is not the one by which Kinesis chooses the shard: of that, a shard has one
 * range only. A record without a key may be in any lane.
 */
export function laneOf(
  { partitionKey, sequenceNumber }: Pick<SourceRecord, 'partitionKey' | 'sequenceNumber'>,
  lanes: number,
): number {
  const hashed = parseInt(hash('sha1', partitionKey ?? sequenceNumber).slice(0, 8), 16);
  return Math.floor((hashed * lanes) / HASHES);
}
