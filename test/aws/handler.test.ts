import { ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { CreateStreamCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { createHandler } from '../../lib/aws/index.ts';
import type { KinesisEvent } from '../../lib/aws/kinesis-event.ts';
import { pipeline, source } from '../../lib/index.ts';
import { startLocalPlatform, type LocalPlatform } from '../../lib/local/index.ts';
import { encodeControlRecord, FatalError, type InputRecord } from '../../lib/model/index.ts';
import { Order, order, orders, record } from '../support/orders.ts';
import { stageEvent } from './stage-event.ts';
import { surround } from './stage-surroundings.ts';

const STREAM_ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders';
const SHARD = 'shardId-000000000000';
const untouched = { ...process.env };
let platform: LocalPlatform;

beforeAll(async () => {
  platform = await startLocalPlatform();
  await platform.kinesis.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 1 }));
  await platform.kinesis.send(
    new CreateStreamCommand({
      StreamName: 'spread',
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      RecordDistributionStrategy: 'AUTO',
    }),
  );
  await surround('orders', platform);
});

afterAll(async () => {
  process.env = untouched;
  await platform.stop();
});

/** An event of the mapping's window. */
function eventOf(
  records: readonly InputRecord[],
  state: unknown,
  isFinal: boolean,
  streamArn = STREAM_ARN,
): KinesisEvent {
  return stageEvent(records, { streamArn, shardId: SHARD, state, isFinal });
}

async function read(TableName: string): Promise<Record<string, AttributeValue>[]> {
  return (await platform.dynamodb.send(new ScanCommand({ TableName }))).Items ?? [];
}

test('a handler writes rows, hands its tail from one invocation to the next, and journals it when the window ends', async () => {
  const handler = createHandler(orders);
  const context = { getRemainingTimeInMillis: () => 59_999 } as Context;
  const finish = { ...record(3, 'finish', ''), data: encodeControlRecord({ kind: 'finish' }) };

  const first = await handler(
    eventOf([order(1, 'a', '00:00:05', 2), record(2, 'a', '{')], {}, false),
    context,
  );
  const second = await handler(eventOf([finish], first.state, false), context);
  await handler(eventOf([], second.state, true), context);

  expect(first).toMatchObject({ state: { n: 0 }, batchItemFailures: [] });
  expect(await read('results')).toMatchObject([
    {
      pk: { S: 'perMinute#a' },
      sk: { S: '2026-01-01T00:00:00.000Z' },
      orders: { N: '1' },
      total: { N: '2' },
    },
  ]);
  expect(await read('dead-letters')).toMatchObject([
    { pk: { S: `orders#${SHARD}` }, reason: { S: 'undecodable' } },
  ]);
  expect((await read('journal')).map(({ n, kind }) => `${n?.N} ${kind?.S}`).toSorted()).toEqual([
    '0 start',
    '1 delta',
  ]);
});

test('a stream that ignores partition keys is refused before anything of it is processed', async () => {
  const handler = createHandler(orders);
  const context = { getRemainingTimeInMillis: () => 59_999 } as Context;
  const before = await read('journal');
  const spread = STREAM_ARN.replace('orders', 'spread');

  const refused = handler(eventOf([order(1, 'a', '00:00:05', 2)], {}, false, spread), context);

  await expect(refused).rejects.toThrow(
    new FatalError(
      `stream "${spread}" has RecordDistributionStrategy "AUTO", and Kinesis puts the records of a key into any shard; ` +
        'it must be "USER_PARTITION_KEY": switch it back with UpdateStreamRecordDistributionStrategy, or read another stream',
    ),
  );
  expect(await read('journal')).toEqual(before);
});

test('a shard that halts says in the log where and why', async () => {
  const halting = pipeline('halting', {
    onError: 'halt',
    sources: { orders: source(Order, { timestamp: (each) => each.at }) },
    build: ({ orders: stream }) => ({
      orders: stream.filter(() => {
        throw new Error('no idea');
      }),
    }),
  });
  const handler = createHandler(halting);
  const context = { getRemainingTimeInMillis: () => 59_999 } as Context;
  const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const first = order(1, 'a', '00:00:05', 2);

  const { batchItemFailures } = await handler(eventOf([first], {}, false), context);

  const lines = printed.mock.calls.map(([line]) => JSON.parse(line));
  printed.mockRestore();
  expect(batchItemFailures).toEqual([{ itemIdentifier: first.sequenceNumber }]);
  expect(lines).toEqual([
    {
      level: 'error',
      pipeline: 'halting',
      stage: 'orders',
      shardId: SHARD,
      error: 'HaltError',
      code: 'MR3001',
      message: `operator "orders.filter" failed on record "${first.sequenceNumber}", and the pipeline halts on errors: no idea`,
    },
  ]);
});
