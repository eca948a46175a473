import { ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DynamoDbSinks } from '../../lib/aws/dynamodb-sinks.ts';
import { toResultItem } from '../../lib/aws/output-items.ts';
import { startLocalPlatform, type LocalPlatform } from '../../lib/local/index.ts';
import type { DeadLetterOutput, RowOutput } from '../../lib/model/index.ts';
import { RESULTS_KEY } from '../../lib/plan/index.ts';
import { createTable } from '../support/tables.ts';

let platform: LocalPlatform;
let sinks: DynamoDbSinks;
let tables = { results: '', deadLetters: '' };
let tests = 0;

beforeAll(async () => {
  platform = await startLocalPlatform();
});
beforeEach(async () => {
  tests += 1;
  tables = { results: `results-${tests}`, deadLetters: `dead-letters-${tests}` };
  await createTable(platform.dynamodb, tables.results, RESULTS_KEY);
  await createTable(platform.dynamodb, tables.deadLetters, RESULTS_KEY);
  sinks = new DynamoDbSinks(platform.dynamodb, tables);
});
afterAll(async () => {
  await platform.stop();
});

const id = { stage: 'orders', shardId: 'shardId-000000000000', sequenceNumber: '7', index: 0 };
const letter: DeadLetterOutput = {
  kind: 'dead-letter',
  id,
  timestamp: 1_000,
  reason: 'failed',
  operator: 'perMinute',
  message: 'no',
  partitionKey: 'a',
  arrival: 2_000,
  data: new Uint8Array([1, 2, 3]),
};
const row: RowOutput = {
  kind: 'row',
  id,
  timestamp: 1_000,
  sink: 'perMinute',
  key: 'a',
  value: { total: 1 },
};

async function read(TableName: string): Promise<readonly Record<string, AttributeValue>[]> {
  return (await platform.dynamodb.send(new ScanCommand({ TableName }))).Items ?? [];
}

describe('a dead letter that no item can hold', () => {
  const large = 'x'.repeat(300_000);

  test('is kept without its value, if the record fits', async () => {
    const data = Buffer.from(large);

    const left = await sinks.deliver([{ ...letter, data, value: { text: large } }]);

    expect(left).toEqual([]);
    expect(await read(tables.deadLetters)).toMatchObject([
      { sequenceNumber: { S: '7' }, reason: { S: 'failed' }, message: { S: 'no' }, data: { B: data } },
    ]);
  });

  test('is kept with the beginning of the record, and says so', async () => {
    const data = Buffer.from(large + large);

    const left = await sinks.deliver([{ ...letter, data, message: large + large }]);

    expect(left).toEqual([]);
    expect(await read(tables.deadLetters)).toMatchObject([
      {
        sequenceNumber: { S: '7' },
        reason: { S: 'failed' },
        message: { S: expect.stringMatching(/^cut short, as no item can hold it: x+$/) },
        data: { B: data.subarray(0, 300_000) },
      },
    ]);
  });
});

test('a result with a key no item can hold is a dead letter', async () => {
  const left = await sinks.deliver([{ ...row, key: 'k'.repeat(500_000) }]);

  expect(left).toEqual([]);
  expect(await read(tables.results)).toEqual([]);
  expect(await read(tables.deadLetters)).toMatchObject([{ reason: { S: 'undeliverable' } }]);
});

test('a property is part of the item whatever its name', () => {
  const value: unknown = JSON.parse('{ "__proto__": 1, "constructor": { "__proto__": 2 } }');

  const item = toResultItem({ ...row, value });

  expect(JSON.stringify(item)).toContain(
    '{"__proto__":{"N":"1"},"constructor":{"M":{"__proto__":{"N":"2"}}},',
  );
});
