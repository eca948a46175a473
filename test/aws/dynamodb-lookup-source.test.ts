import {
  DynamoDBClient,
  type BatchGetItemCommandOutput,
  PutItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DynamoDbLookupSource, type LookedUpTable } from '../../lib/aws/dynamodb-lookup-source.ts';
import type { DynamoDbFault } from '../../lib/local/dynamodb/index.ts';
import { startLocalPlatform, type LocalPlatform } from '../../lib/local/index.ts';
import { encodeKey, FatalError } from '../../lib/model/index.ts';
import { createTable } from '../support/tables.ts';

const never = new AbortController().signal;
let fault: DynamoDbFault | undefined;
let platform: LocalPlatform;
let client: DynamoDBClient;
let requests: unknown[] = [];

beforeAll(async () => {
  platform = await startLocalPlatform({
    dynamodbFault: (operation) => (operation === 'BatchGetItem' ? fault : undefined),
  });
  await createTable(platform.dynamodb, 'customers', { partition: 'tenant', sort: 'id' });
  for (const id of ['ann', 'bob'])
    await put({ tenant: { S: 't' }, id: { S: id }, name: { S: id.toUpperCase() }, size: { N: '2' } });
  client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: platform.endpoints.dynamodb,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  client.middlewareStack.add((next, { commandName }) => async (args) => {
    requests.push([commandName, args.input]);
    return next(args);
  });
});
beforeEach(() => {
  fault = undefined;
  requests = [];
});
afterAll(async () => {
  client.destroy();
  await platform.stop();
});

async function put(Item: Record<string, AttributeValue>): Promise<void> {
  await platform.dynamodb.send(new PutItemCommand({ TableName: 'customers', Item }));
}

const customers: LookedUpTable = {
  name: 'customers',
  key: ['tenant', 'id'],
  attributes: undefined,
  consistentRead: false,
};
const sourceOf = (table: Partial<LookedUpTable> = {}): DynamoDbLookupSource =>
  new DynamoDbLookupSource(client, { ...customers, ...table });

/** A client that sends nothing, and answers this. */
function answering(output: Partial<BatchGetItemCommandOutput>): DynamoDBClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const fake = new DynamoDBClient({ region: 'us-east-1', credentials });
  fake.middlewareStack.add(() => async () => ({ response: {}, output: { $metadata: {}, ...output } }), {
    step: 'initialize',
    priority: 'high',
  });
  return fake;
}
const key = (id: string): string => encodeKey(['t', id]);

describe('a read', () => {
  test('finds the items of its keys in one request; the others are missing', async () => {
    const answer = await sourceOf().read([key('ann'), key('bob'), key('cid')], never);

    expect(answer).toEqual({
      found: new Map([
        [key('ann'), { tenant: 't', id: 'ann', name: 'ANN', size: 2 }],
        [key('bob'), { tenant: 't', id: 'bob', name: 'BOB', size: 2 }],
      ]),
      throttled: [],
    });
    expect(requests).toHaveLength(1);
  });

  test('takes some attributes only, the key among them, and the newest write if it is told to', async () => {
    const source = sourceOf({ attributes: ['name'], consistentRead: true });

    const { found } = await source.read([key('ann')], never);

    expect(found).toEqual(new Map([[key('ann'), { tenant: 't', id: 'ann', name: 'ANN' }]]));
    expect(requests).toMatchObject([
      ['BatchGetItemCommand', { RequestItems: { customers: { ConsistentRead: true } } }],
    ]);
  });

  test.each([
    ['empty text', ''],
    ['text longer than a sort key', 'x'.repeat(1025)],
    ['half of a character', '\ud83d'],
  ])('never asks for what no item can have as its key: %s', async (_, id) => {
    const { found, throttled } = await sourceOf().read([key(id), key('ann')], never);

    expect([[...found.keys()], throttled]).toEqual([[key('ann')], []]);
    expect(requests).toMatchObject([
      ['BatchGetItemCommand', { RequestItems: { customers: { Keys: [{ id: { S: 'ann' } }] } } }],
    ]);
  });

  test('is said to be throttled as a whole where the table takes none of it', async () => {
    fault = 'throttle';

    const answer = await sourceOf().read([key('ann'), key('')], never);

    expect(answer).toEqual({ found: new Map(), throttled: [key('ann')] });
  });

  test('is rejected where the table fails', async () => {
    fault = 'error';

    await expect(sourceOf().read([key('ann')], never)).rejects.toMatchObject({ name: 'InternalServerError' });
  });

  test('is fatal where the table has another key', async () => {
    const reading = sourceOf({ key: ['tenant', 'number'] }).read([key('ann')], never);

    await expect(reading).rejects.toThrow(FatalError);
    await expect(reading).rejects.toThrow('table "customers" can\'t be asked by its key "tenant, number": ');
  });

  test('says which keys the table has left unprocessed', async () => {
    const source = new DynamoDbLookupSource(
      answering({
        Responses: { customers: [{ tenant: { S: 't' }, id: { S: 'ann' } }] },
        UnprocessedKeys: { customers: { Keys: [{ tenant: { S: 't' }, id: { S: 'bob' } }] } },
      }),
      customers,
    );

    const answer = await source.read([key('ann'), key('bob')], never);

    expect(answer).toEqual({
      found: new Map([[key('ann'), { tenant: 't', id: 'ann' }]]),
      throttled: [key('bob')],
    });
  });

  test('finds an item by a number that is larger than a whole number can be', async () => {
    const item = { n: { N: '1000000000000000000000' } };
    const source = new DynamoDbLookupSource(answering({ Responses: { customers: [item] } }), {
      ...customers,
      key: ['n'],
    });

    const { found } = await source.read([encodeKey(1e21)], never);

    expect(found).toEqual(new Map([[encodeKey(1e21), { n: 10n ** 21n }]]));
  });
});

test('attributes of every type become plain data', async () => {
  await put({
    tenant: { S: 't' },
    id: { S: 'all' },
    large: { N: '90071992547409931' },
    small: { N: '-0.5' },
    yes: { BOOL: true },
    nothing: { NULL: true },
    list: { L: [{ N: '1' }, { S: 'a' }] },
    map: { M: { a: { S: 'b' } } },
    words: { SS: ['a', 'b'] },
    numbers: { NS: ['1', '2'] },
    bytes: { B: new Uint8Array([1, 2]) },
  });

  const { found } = await sourceOf().read([key('all')], never);

  expect(found.get(key('all'))).toEqual({
    tenant: 't',
    id: 'all',
    large: 90071992547409931n,
    small: -0.5,
    yes: true,
    nothing: null,
    list: [1, 'a'],
    map: { a: 'b' },
    words: ['a', 'b'],
    numbers: [1, 2],
    bytes: new Uint8Array([1, 2]),
  });
});
