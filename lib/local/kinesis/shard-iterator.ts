import type { SequenceNumber } from '../../model/index.ts';
import { invalidArgument, KinesisError } from './errors.ts';
import { decodeToken, encodeToken } from './tokens.ts';

/** A place in a shard: the next record is the first after `after`. */
export interface ShardIterator {
  readonly streamName: string;
  readonly incarnation: number;
  readonly shardId: string;
  readonly after: SequenceNumber;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
}

/** How long an iterator can be used. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
const LIFETIME_MS = 300_000;

export function encodeIterator(iterator: ShardIterator): string {
  const { streamName, incarnation, shardId, after, issuedAt } = iterator;
  return encodeToken('iterator-1', [streamName, incarnation, shardId, after, issuedAt]);
}

/** Throws InvalidArgumentException for a text that isn't an iterator. */
export function decodeIterator(token: string): ShardIterator {
  const [streamName, incarnation, shardId, after, issuedAt] = decodeToken('iterator-1', token) ?? [];
  if (
    typeof streamName !== 'string' ||
    typeof incarnation !== 'number' ||
    typeof shardId !== 'string' ||
    typeof after !== 'string' ||
    typeof issuedAt !== 'number'
  ) {
    throw invalidArgument('Invalid ShardIterator.');
  }
  return { streamName, incarnation, shardId, after, issuedAt };
}

/** Throws ExpiredIteratorException five minutes after the iterator was issued. */
export function requireFresh(iterator: ShardIterator, now: number): void {
  if (now - iterator.issuedAt <= LIFETIME_MS) return;
  const issued = new Date(iterator.issuedAt).toUTCString();
  const current = new Date(now).toUTCString();
  throw new KinesisError(
    'ExpiredIteratorException',
    `Iterator expired. The iterator was created at time ${issued} while right now it is ${current} which is further in the future than the tolerated delay of ${LIFETIME_MS} milliseconds.`,
  );
}
