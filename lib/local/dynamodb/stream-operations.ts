import type { ChangeStream } from './change-stream.ts';
import type { Fields } from './dynalite.ts';
import { limitOf, textAt } from './fields.ts';
import { ServiceError } from './service-error.ts';
import { decodeIterator, encodeIterator, positionOf, trimmed } from './shard-iterator.ts';
import type { TableRegistry } from './table-facts.ts';

export interface StreamContext {
  readonly registry: TableRegistry;
  readonly now: () => number;
}

export function listStreams({ registry }: StreamContext, input: Fields): Fields {
  const { TableName: table, ExclusiveStartStreamArn: after } = input;
  const limit = limitOf(input, 100);
  const streams = registry
    .streams()
    .map((stream) => stream.definition)
    .filter((definition) => table === undefined || definition.table === table);
  const first = streams.findIndex((definition) => definition.arn === after) + 1;
  const page = streams.slice(first, first + limit);
  return {
    Streams: page.map(({ arn, label, table: name }) => ({
      StreamArn: arn,
      TableName: name,
      StreamLabel: label,
    })),
    ...(first + limit < streams.length && { LastEvaluatedStreamArn: page.at(-1)?.arn }),
  };
}

export function describeStream(context: StreamContext, input: Fields): Fields {
  const stream = findStream(context, textAt(input, 'StreamArn'));
  const { arn, label, table, viewType, keySchema, createdMs } = stream.definition;
  // Our one shard has no children and nothing after it.
  const isPastShards = input['ExclusiveStartShardId'] !== undefined || input['ShardFilter'] !== undefined;
  return {
    StreamDescription: {
      StreamArn: arn,
      StreamLabel: label,
      StreamStatus: stream.isOpen ? 'ENABLED' : 'DISABLED',
      StreamViewType: viewType,
      CreationRequestDateTime: createdMs / 1000,
      TableName: table,
      KeySchema: keySchema,
      Shards: isPastShards ? [] : [describeShard(stream)],
    },
  };
}

function describeShard(stream: ChangeStream): Fields {
  return {
    ShardId: stream.shardId,
    SequenceNumberRange: {
      StartingSequenceNumber: stream.sequenceNumber(0),
      ...(!stream.isOpen && { EndingSequenceNumber: stream.sequenceNumber(Math.max(0, stream.tail - 1)) }),
    },
  };
}

export function getShardIterator(context: StreamContext, input: Fields): Fields {
  const { registry, now } = context;
  const stream = findStream(context, textAt(input, 'StreamArn'));
  if (textAt(input, 'ShardId') !== stream.shardId) throw notFound(`Shard: ${String(input['ShardId'])}`);
  stream.trim(now());
  const position = positionOf(stream, input);
  const { arn } = stream.definition;
  return { ShardIterator: encodeIterator({ arn, run: registry.run, position, issuedMs: now() }) };
}

/** A closed shard's last answer carries no next iterator. */
export function getRecords(context: StreamContext, input: Fields): Fields {
  const { registry, now } = context;
  const limit = limitOf(input, 1000);
  const nowMs = now();
  const iterator = decodeIterator(textAt(input, 'ShardIterator'), registry.run, nowMs);
  const stream = findStream(context, iterator.arn);
  stream.trim(nowMs);
  if (iterator.position < stream.head) throw trimmed();
  const records = stream.read(iterator.position, limit);
  const position = iterator.position + records.length;
  const isAtEnd = !stream.isOpen && position >= stream.tail;
  return {
    Records: records,
    ...(!isAtEnd && { NextShardIterator: encodeIterator({ ...iterator, position, issuedMs: nowMs }) }),
  };
}

function findStream({ registry }: StreamContext, arn: string): ChangeStream {
  const stream = registry.stream(arn);
  if (stream === undefined) throw notFound(`Stream: ${arn}`);
  return stream;
}

function notFound(what: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Requested resource not found: ${what} not found`);
}
