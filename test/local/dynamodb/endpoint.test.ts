import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDbEndpoint,
  type DynamoDbEndpointOptions,
  type DynamoDbFault,
  startDynamoDbEndpoint,
} from '../../../lib/local/dynamodb/index.ts';
import { Clients } from './clients.ts';
import { dynamoDbContract } from './contract.ts';

const atEpoch = (): number => 0;

dynamoDbContract('embedded', () => startDynamoDbEndpoint());

describe('the embedded endpoint', () => {
  const open: { endpoint: DynamoDbEndpoint; clients: Clients }[] = [];

  async function start(options?: DynamoDbEndpointOptions): Promise<Clients> {
    const endpoint = await startDynamoDbEndpoint(options);
    const clients = new Clients(endpoint.url);
    open.push({ endpoint, clients });
    return clients;
  }

  async function stopAll(): Promise<void> {
    for (const { endpoint, clients } of open.splice(0)) {
      await endpoint.close();
      clients.destroy();
    }
  }

  afterEach(stopAll);

  const put = new PutItemCommand({ TableName: 'table', Item: { id: { S: 'a' } } });

  test.each([
    ['throttle', 'ProvisionedThroughputExceededException', 0],
    ['error', 'InternalServerError', 0],
    ['lost-response', 'Error', 1],
  ] as const)(
    'the fault %s is answered with %s and leaves %d items written',
    async (fault, error, written) => {
      const asked: unknown[] = [];
      let injected: DynamoDbFault | undefined;
      const clients = await start({
        fault: (...request) => {
          asked.push(request);
          return injected;
        },
      });
      await clients.createTable('table');

      injected = fault;
      await expect(clients.dynamodb.send(put)).rejects.toMatchObject({ name: error });
      injected = undefined;

      const { Count: count } = await clients.dynamodb.send(new ScanCommand({ TableName: 'table' }));
      expect(count).toBe(written);
      expect(asked).toEqual([
        ['CreateTable', 'table'],
        ['PutItem', 'table'],
        ['Scan', 'table'],
      ]);
    },
  );

  test('an old item is left out where endpoints that lack it are simulated', async () => {
    const clients = await start({ omitOldItemOnConditionFailure: true });
    await clients.createTable('table');
    await clients.dynamodb.send(put);

    const refused = clients.dynamodb.send(
      new PutItemCommand({
        ...put.input,
        ConditionExpression: 'attribute_not_exists(id)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );

    await expect(refused).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', Item: undefined });
  });

  test('a record carries the whole second of the clock given', async () => {
    const clients = await start({ now: () => Date.parse('2026-01-01T12:00:01.999Z') });
    const arn = await clients.createTable('table', 'KEYS_ONLY');

    await clients.dynamodb.send(put);

    const [record] = await clients.recordsOf(arn);
    expect(record?.dynamodb?.ApproximateCreationDateTime).toEqual(new Date('2026-01-01T12:00:01Z'));
  });

  test('records are gone after a day, and an iterator expires after 15 minutes', async () => {
    let now = Date.parse('2026-01-01T12:00:00Z');
    const clients = await start({ now: () => now });
    const arn = await clients.createTable('table', 'KEYS_ONLY');
    await clients.dynamodb.send(put);
    const iterator = await clients.iterator(arn, 'TRIM_HORIZON');

    now += 15 * 60_000 + 1;
    await expect(clients.read(iterator)).rejects.toMatchObject({ name: 'ExpiredIteratorException' });
    expect(await clients.recordsOf(arn)).toHaveLength(1);

    now += 24 * 60 * 60_000;
    expect(await clients.recordsOf(arn)).toEqual([]);
  });

  test('tables, items and streams outlive a run that has a path; sequence numbers go on growing', async () => {
    const path = await mkdtemp(join(tmpdir(), 'millrace-dynamodb-'));
    const first = await start({ path, now: atEpoch });
    const arn = await first.createTable('table', 'NEW_IMAGE');
    await first.dynamodb.send(put);
    const [before] = await first.recordsOf(arn);
    await stopAll();

    const second = await start({ path, now: atEpoch });
    const { Item: kept } = await second.dynamodb.send(
      new GetItemCommand({ TableName: 'table', Key: { id: { S: 'a' } } }),
    );
    await second.dynamodb.send(new PutItemCommand({ TableName: 'table', Item: { id: { S: 'b' } } }));
    const after = await second.recordsOf(arn);
    await stopAll();
    await rm(path, { recursive: true });

    expect(kept).toEqual({ id: { S: 'a' } });
    expect(after.map((record) => record.dynamodb?.Keys)).toEqual([{ id: { S: 'b' } }]);
    const [earlier, later] = [before, after[0]].map((record) =>
      BigInt(record?.dynamodb?.SequenceNumber ?? 0),
    );
    expect(Number(later) - Number(earlier)).toBeGreaterThan(0);
  });

  test('closing ends connections that are kept alive', async () => {
    const endpoint = await startDynamoDbEndpoint();
    const clients = new Clients(endpoint.url);
    await clients.createTable('table');

    await endpoint.close();

    await expect(clients.dynamodb.send(put)).rejects.toThrow();
    clients.destroy();
  });

  test('an unknown operation is refused by name', async () => {
    const endpoint = await startDynamoDbEndpoint();

    const response = await fetch(endpoint.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.MakeCoffee' },
      body: '{}',
    });
    const body = await response.json();
    await endpoint.close();

    expect(response.status).toBe(400);
    expect(body).toMatchObject({
      message: 'operation "DynamoDB_20120810.MakeCoffee" is not available on this endpoint',
    });
  });
});
