import type { GetRecordsOutput, GetShardIteratorOutput, _Record } from '@aws-sdk/client-kinesis';
import type { SequenceNumber } from '../../../model/index.ts';
import { ACCOUNT } from '../account.ts';
import { invalidArgument, KinesisError } from '../errors.ts';
import {
  type Input,
  optionalInteger,
  optionalTimestamp,
  present,
  requiredKeyOf,
  requiredText,
} from '../input.ts';
import { justBefore } from '../sequence-numbers.ts';
import type { Shard } from '../shard.ts';
import { decodeIterator, encodeIterator, requireFresh } from '../shard-iterator.ts';
import type { StoredRecord } from '../shard-log.ts';
import type { KinesisStore } from '../store.ts';
import type { Stream } from '../stream.ts';
import { describeRange, shardOf } from './shard-of.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
const MAX_RECORDS = 10_000;
const MAX_BYTES = 10 * 1024 * 1024;

const SEQUENCE_NUMBER = { maxLength: 129, pattern: /^(0|[1-9]\d{0,128})$/ };

const SHARD_ITERATOR = { maxLength: 512 };

interface IteratorRequest {
  readonly store: KinesisStore;
  readonly stream: Stream;
  readonly shard: Shard;
  readonly input: Input;
}

/** The sequence number reading begins after, for each type of iterator. */
const STARTING_POINTS = {
  TRIM_HORIZON: ({ shard }: IteratorRequest) => shard.startingSequenceNumber,
  LATEST: ({ shard }: IteratorRequest) => shard.tip,
  AFTER_SEQUENCE_NUMBER: issuedSequenceNumber,
  AT_SEQUENCE_NUMBER: (request: IteratorRequest) => justBefore(issuedSequenceNumber(request)),
  AT_TIMESTAMP: ({ store, shard, input }: IteratorRequest) => {
    const first = shard.log.firstSince(pastTimestamp(store, input));
    return first === undefined ? shard.tip : justBefore(first.sequenceNumber);
  },
} as const;

export function getShardIterator(store: KinesisStore, input: Input): GetShardIteratorOutput {
  const stream = store.streamOf(input);
  const shard = shardOf(stream, input, 'ShardId');
  const type = requiredKeyOf(input, 'ShardIteratorType', STARTING_POINTS);
  const after = STARTING_POINTS[type]({ store, stream, shard, input });
  return { ShardIterator: iteratorAfter(store, stream, shard, after) };
}

export function getRecords(store: KinesisStore, input: Input): GetRecordsOutput {
  const now = store.now();
  const maxRecords = optionalInteger(input, 'Limit', { min: 1, max: MAX_RECORDS }) ?? MAX_RECORDS;
  const iterator = decodeIterator(requiredText(input, 'ShardIterator', SHARD_ITERATOR));
  requireFresh(iterator, now);
  const stream = store.stream(iterator.streamName);
  if (stream?.spec.incarnation !== iterator.incarnation) {
    throw new KinesisError(
      'ResourceNotFoundException',
      `Stream ${iterator.streamName} under account ${ACCOUNT} not found.`,
    );
  }
  const shard = shardOf(stream, { ShardId: iterator.shardId }, 'ShardId');
  const { records, unread } = shard.log.read(iterator.after, { maxRecords, maxBytes: MAX_BYTES });
  const output = {
    Records: records.map(describeRecord),
    // 0 says "at the tip", so whoever isn't there is at least 1 behind.
    MillisBehindLatest: unread === undefined ? 0 : Math.max(1, now - unread.arrivedAt),
  };
  if (shard.closedAt !== undefined && unread === undefined) {
    return { ...output, ChildShards: shard.children.map(describeChild) };
  }
  const after = records.at(-1)?.sequenceNumber ?? iterator.after;
  return { ...output, NextShardIterator: iteratorAfter(store, stream, shard, after) };
}

function iteratorAfter(store: KinesisStore, stream: Stream, shard: Shard, after: SequenceNumber): string {
  const { name: streamName, spec } = stream;
  const { incarnation } = spec;
  return encodeIterator({ streamName, incarnation, shardId: shard.id, after, issuedAt: store.now() });
}

function issuedSequenceNumber({ stream, shard, input }: IteratorRequest): SequenceNumber {
  const number = requiredText(input, 'StartingSequenceNumber', SEQUENCE_NUMBER);
  if (shard.issued(number)) return number;
  throw invalidArgument(
    `StartingSequenceNumber ${number} used in GetShardIterator on shard ${shard.id} in stream ${stream.name} under account ${ACCOUNT} is invalid because it did not come from this shard.`,
  );
}

function pastTimestamp(store: KinesisStore, input: Input): number {
  const timestamp = present('Timestamp', optionalTimestamp(input, 'Timestamp'));
  const now = store.now();
  if (timestamp <= now) return timestamp;
  throw invalidArgument(
    `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${timestamp}, currentTimestampInMillis: ${now}`,
  );
}

function describeRecord(record: StoredRecord): _Record {
  return {
    SequenceNumber: record.sequenceNumber,
    ApproximateArrivalTimestamp: new Date(record.arrivedAt),
    Data: record.data,
    PartitionKey: record.partitionKey,
    EncryptionType: 'NONE',
  };
}

function describeChild(child: Shard): NonNullable<GetRecordsOutput['ChildShards']>[number] {
  return {
    ShardId: child.id,
    ParentShards: child.parents.map((parent) => parent.id),
    HashKeyRange: describeRange(child),
  };
}
