import { CreateTableCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { CreateStreamCommand, GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { createHandler } from '../../lib/aws/index.ts';
import type { KinesisEvent } from '../../lib/aws/kinesis-event.ts';
import type { DynamoDbFault } from '../../lib/local/dynamodb/index.ts';
import { startLocalPlatform, type LocalPlatform } from '../../lib/local/index.ts';
import { decodeParcel } from '../../lib/model/index.ts';
import { purchases } from '../support/looked-up-orders.ts';
import { at, record } from '../support/orders.ts';
import { stageEvent } from './stage-event.ts';
import { surround } from './stage-surroundings.ts';

const STREAM_ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/purchases';
const context = { getRemainingTimeInMillis: () => 59_999 } as Context;
const untouched = { ...process.env };
let fault: (operation: string, table: string | undefined) => DynamoDbFault | undefined = () => undefined;
let platform: LocalPlatform;
let shards = 0;
let shard = '';

beforeAll(async () => {
  jest.spyOn(console, 'log').mockImplementation(() => {});
  jest.spyOn(console, 'error').mockImplementation(() => {});
  platform = await startLocalPlatform({ dynamodbFault: (operation, table) => fault(operation, table) });
  for (const StreamName of ['purchases', 'per-region-shuffle']) {
    await platform.kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
  }
  await platform.dynamodb.send(
    new CreateTableCommand({
      TableName: 'customers-live',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'customerId', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'customerId', KeyType: 'HASH' }],
    }),
  );
  await surround('purchases', platform, {
    MILLRACE_SHUFFLES: '{"per-region-shuffle":"per-region-shuffle"}',
    MILLRACE_TABLES: '{"customers":"customers-live"}',
  });
});
// Each test has a task, and so a journal, of its own.
beforeEach(() => {
  fault = () => undefined;
  shard = `shardId-${String(shards++).padStart(12, '0')}`;
});
afterAll(async () => {
  jest.restoreAllMocks();
  process.env = untouched;
  await platform.stop();
});

async function customerIn(region: string): Promise<void> {
  const Item = { customerId: { S: 'ann' }, region: { S: region } };
  await platform.dynamodb.send(new PutItemCommand({ TableName: 'customers-live', Item }));
}

function eventOf(numbers: readonly number[], state: unknown = {}): KinesisEvent {
  const records = numbers.map((n) =>
    record(n, 'any', { id: `p${n}`, customer: 'ann', amount: n, at: at('00:00:01') }),
  );
  return stageEvent(records, { streamArn: STREAM_ARN, shardId: shard, state, isFinal: false });
}

async function placed(): Promise<readonly string[]> {
  const { Items = [] } = await platform.dynamodb.send(new ScanCommand({ TableName: 'results' }));
  return Items.filter(({ pk, sk }) => `${pk?.S} ${sk?.S}`.includes(shard))
    .map(({ id, region, isStale }) => `${id?.S} ${region?.S}${isStale?.BOOL === true ? ' (stale)' : ''}`)
    .toSorted((a, b) => (a < b ? -1 : 1));
}

/** What the task has sent to the stage behind, by number; a number that was sent twice is there twice. */
async function sent(): Promise<readonly string[]> {
  const { ShardIterator } = await platform.kinesis.send(
    new GetShardIteratorCommand({
      StreamName: 'per-region-shuffle',
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  );
  const { Records = [] } = await platform.kinesis.send(new GetRecordsCommand({ ShardIterator }));
  return Records.flatMap(({ Data = new Uint8Array() }) => {
    const parcel = decodeParcel(Data, '');
    if (parcel?.producer !== `purchases/${shard}`) return [];
    return parcel.packets.flatMap(({ from, events }) =>
      events.map(({ event }, index) => `${from + index} ${JSON.stringify(event.value)}`),
    );
  });
}

test('a handler joins its records with a table that is there', async () => {
  await customerIn('north');
  const handler = createHandler(purchases());

  await handler(eventOf([1, 2]), context);

  expect(await placed()).toEqual(['p1 north', 'p2 north']);
});

test('a batch that is read twice, with another answer the second time, has one result', async () => {
  await customerIn('north');
  // The sandbox dies with the entry that holds the batch appended, and nothing delivered.
  fault = (operation, table) => (operation === 'PutItem' && table === 'results' ? 'error' : undefined);
  const { state } = await createHandler(purchases())(eventOf([1]), context);
  await customerIn('south');
  fault = () => undefined;

  await createHandler(purchases())(eventOf([1, 2]), context);

  expect(state).toMatchObject({ n: 1 });
  expect(await placed()).toEqual(['p1 north', 'p2 south']);
  expect([...new Set(await sent())]).toEqual([
    '0 {"id":"p1","amount":1,"region":"north"}',
    '0 {"id":"p2","amount":2,"region":"south"}',
  ]);
}, 30_000);

test('a batch whose entry was not appended is judged by the newer answer alone', async () => {
  await customerIn('north');
  let entries = 0;
  fault = (operation, table) =>
    operation === 'PutItem' && table === 'journal' && ++entries > 1 ? 'error' : undefined;
  await expect(createHandler(purchases())(eventOf([1]), context)).rejects.toThrow();
  await customerIn('south');
  fault = () => undefined;

  await createHandler(purchases())(eventOf([1]), context);

  expect(await placed()).toEqual(['p1 south']);
  expect(await sent()).toEqual(['0 {"id":"p1","amount":1,"region":"south"}']);
}, 30_000);

describe('where the table is too busy', () => {
  test('it is asked again after a pause', async () => {
    await customerIn('north');
    let left = 2;
    fault = (operation) => (operation === 'BatchGetItem' && left-- > 0 ? 'throttle' : undefined);

    await createHandler(purchases())(eventOf([1]), context);

    expect(await placed()).toEqual(['p1 north']);
  });

  test('for the whole time a batch has, the batch fails and nothing of it is seen', async () => {
    fault = (operation) => (operation === 'BatchGetItem' ? 'throttle' : undefined);

    await expect(
      createHandler(purchases({ batchTimeout: '200 millis' }))(eventOf([1]), context),
    ).rejects.toThrow('lookup "region" got no answer for "ann" from table "customers" in time: throttled');

    expect([await placed(), await sent()]).toEqual([[], []]);
  });

  test('what it said before is taken, where that is allowed', async () => {
    await customerIn('north');
    const stale = purchases({ onUnknown: 'stale', ttl: 1, batchTimeout: '200 millis' });
    const handler = createHandler(stale);
    const { state } = await handler(eventOf([1]), context);
    fault = (operation) => (operation === 'BatchGetItem' ? 'throttle' : undefined);

    await handler(eventOf([2], state), context);

    expect(await placed()).toEqual(['p1 north', 'p2 north (stale)']);
  });
});
