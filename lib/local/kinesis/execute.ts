import { ACCOUNT } from './account.ts';
import { KinesisError, rateExceeded } from './errors.ts';
import { type Input, isKeyOf } from './input.ts';
import { describeStream, describeStreamSummary, listStreams, listTags } from './operations/describe.ts';
import {
  addTags,
  createStream,
  decreaseRetention,
  deleteStream,
  increaseRetention,
  removeTags,
} from './operations/lifecycle.ts';
import { listShards } from './operations/list-shards.ts';
import { putRecord, putRecords } from './operations/put.ts';
import { getRecords, getShardIterator } from './operations/read.ts';
import { mergeShards, splitShard, updateShardCount } from './operations/reshard.ts';
import { decodeIterator } from './shard-iterator.ts';
import { type KinesisStore, streamNameOf } from './store.ts';

const OPERATIONS = {
  AddTagsToStream: addTags,
  CreateStream: createStream,
  DecreaseStreamRetentionPeriod: decreaseRetention,
  DeleteStream: deleteStream,
  DescribeStream: describeStream,
  DescribeStreamSummary: describeStreamSummary,
  GetRecords: getRecords,
  GetShardIterator: getShardIterator,
  IncreaseStreamRetentionPeriod: increaseRetention,
  ListShards: listShards,
  ListStreams: listStreams,
  ListTagsForStream: listTags,
  MergeShards: mergeShards,
  PutRecord: putRecord,
  PutRecords: putRecords,
  RemoveTagsFromStream: removeTags,
  SplitShard: splitShard,
  UpdateShardCount: updateShardCount,
} as const;

export type KinesisOperation = keyof typeof OPERATIONS;

export type KinesisOutput<Name extends KinesisOperation> = ReturnType<(typeof OPERATIONS)[Name]>;

/**
 * Runs one operation of the service on a store, with its input and output shaped as the SDK's commands shape them.
 * Throws KinesisError, also when the store's `throttle` says so.
 */
export function execute<Name extends KinesisOperation>(
  store: KinesisStore,
  operation: Name,
  input: Input,
): KinesisOutput<Name>;
export function execute(store: KinesisStore, operation: KinesisOperation, input: Input): object {
  requireThroughput(store, operation, input);
  return OPERATIONS[operation](store, input);
}

/** PutRecords isn't refused as a whole: it fails entry by entry. */
function requireThroughput(store: KinesisStore, operation: KinesisOperation, input: Input): void {
  if (operation === 'PutRecords') return;
  const name = subjectOf(input);
  if (name === undefined || !store.isThrottled(operation, name)) return;
  throw rateExceeded(`stream ${name} under account ${ACCOUNT}`);
}

function subjectOf(input: Input): string | undefined {
  const { ShardIterator: iterator } = input;
  return typeof iterator === 'string' ? decodeIterator(iterator).streamName : streamNameOf(input);
}

/** The operation a wire name stands for; throws UnknownOperationException. */
export function operationNamed(name: string): KinesisOperation {
  if (isKeyOf(OPERATIONS, name)) return name;
  throw new KinesisError('UnknownOperationException', `Operation ${name} is not supported by this endpoint.`);
}
