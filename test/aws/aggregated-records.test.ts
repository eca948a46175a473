import { ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  PutRecordCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { aggregated } from 'millrace/testing';
import { createHandler } from '../../lib/aws/index.ts';
import type { KinesisEvent } from '../../lib/aws/kinesis-event.ts';
import { startLocalPlatform, type LocalPlatform } from '../../lib/local/index.ts';
import { encodeControlRecord, hashOfPartitionKey } from '../../lib/model/index.ts';
import { at, orders, type Order } from '../support/orders.ts';
import { eventRecord } from './stage-event.ts';
import { surround } from './stage-surroundings.ts';

const STREAM_ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders';
const context = { getRemainingTimeInMillis: () => 59_999 } as Context;
const untouched = { ...process.env };
let platform: LocalPlatform;

beforeAll(async () => {
  jest.spyOn(console, 'log').mockImplementation(() => {});
  platform = await startLocalPlatform();
  await platform.kinesis.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 1 }));
  await surround('orders', platform);
});

afterAll(async () => {
  jest.restoreAllMocks();
  process.env = untouched;
  await platform.stop();
});

const ordered = (id: string): Order => ({ id, amount: 1, at: at('00:00:05') });

/** Puts a record where this key belongs, and answers with the shard. */
async function put(Data: Uint8Array, key: string, PartitionKey = key): Promise<string> {
  const ExplicitHashKey = String(hashOfPartitionKey(key));
  const { ShardId = '' } = await platform.kinesis.send(
    new PutRecordCommand({ StreamName: 'orders', Data, PartitionKey, ExplicitHashKey }),
  );
  return ShardId;
}

/** Everything a shard holds, as a mapping without a window delivers it. */
async function eventOf(ShardId: string): Promise<KinesisEvent> {
  const { ShardIterator } = await platform.kinesis.send(
    new GetShardIteratorCommand({ StreamName: 'orders', ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const { Records = [] } = await platform.kinesis.send(new GetRecordsCommand({ ShardIterator }));
  return {
    Records: Records.map(({ SequenceNumber = '', PartitionKey = '', Data = new Uint8Array() }) =>
      eventRecord(STREAM_ARN, ShardId, {
        sequenceNumber: SequenceNumber,
        partitionKey: PartitionKey,
        data: Data,
        arrival: at('12:00:00'),
      }),
    ),
  };
}

async function read(TableName: string): Promise<Record<string, AttributeValue>[]> {
  return (await platform.dynamodb.send(new ScanCommand({ TableName }))).Items ?? [];
}

test('a shard that was split takes its own of what was packed before, and says what belongs to the other', async () => {
  const hashes = ['a', 'b'].map(hashOfPartitionKey);
  const NewStartingHashKey = String(hashes.reduce((one, other) => (one > other ? one : other)));
  await platform.kinesis.send(
    new SplitShardCommand({
      StreamName: 'orders',
      ShardToSplit: 'shardId-000000000000',
      NewStartingHashKey,
    }),
  );
  const finish = encodeControlRecord({ kind: 'finish' });
  const packed = aggregated(
    { partitionKey: 'a', value: ordered('o1') },
    { partitionKey: 'b', value: ordered('o2') },
    { partitionKey: 'a', value: ordered('o3') },
  );
  const handler = createHandler(orders);

  const shardOfA = await put(packed, 'a', 'any');
  // As the Kinesis Producer Library puts again what went astray.
  const shardOfB = await put(Buffer.from(JSON.stringify(ordered('o2'))), 'b');
  await put(finish, 'a');
  await put(finish, 'b');
  for (const shard of [shardOfA, shardOfB]) await handler(await eventOf(shard), context);

  expect(shardOfA).not.toBe(shardOfB);
  expect((await read('results')).map(({ pk, orders: n }) => `${pk?.S}: ${n?.N}`).toSorted()).toEqual([
    'perMinute#a: 2',
    'perMinute#b: 1',
  ]);
  expect(await read('dead-letters')).toMatchObject([
    {
      pk: { S: `orders#${shardOfA}` },
      reason: { S: 'misplaced' },
      partitionKey: { S: 'b' },
      subSequenceNumber: { N: '1' },
      data: { B: Uint8Array.from(Buffer.from(JSON.stringify(ordered('o2')))) },
    },
  ]);
});
