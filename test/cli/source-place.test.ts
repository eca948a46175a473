import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { placeOfSource, putItem } from '../../lib/cli/dashboard/source-place.ts';
import { nameInArn, type DevPipeline } from '../../lib/cli/dev/dev-app.ts';
import { startLocalPlatform, type LocalPlatform } from '../../lib/local/index.ts';
import { JOURNAL_KEY, planOf } from '../../lib/plan/index.ts';
import { ledger } from '../support/ledger.ts';
import { orders } from '../support/orders.ts';
import { createTable } from '../support/tables.ts';

const ARN = 'arn:aws:dynamodb:us-east-1:000000000000:table/Accounts/stream/2026-01-01T00:00:00.000';

function running(pipeline: Parameters<typeof planOf>[0], id: string, streamName: string): DevPipeline {
  const stages = [{ id, functionName: 'function', streamName }];
  const tables = { resultsTable: 'results', deadLetterTable: 'dead-letters', journalTable: 'journal' };
  return { path: 'App/Pipeline', plan: planOf(pipeline), stages, ...tables };
}

describe('a source of a running app', () => {
  const pipelines = [running(orders, 'orders', 'Orders'), running(ledger, 'accounts', nameInArn(ARN))];

  test('is a stream', () => {
    expect(placeOfSource(pipelines, 'orders')).toEqual({ source: 'orders', kind: 'stream', name: 'Orders' });
  });

  test('is the table whose changes it has', () => {
    expect(placeOfSource(pipelines, 'accounts')).toEqual({
      source: 'accounts',
      kind: 'table',
      name: 'Accounts',
    });
  });

  test('that is not there is named with those that are', () => {
    expect(() => placeOfSource(pipelines, 'order')).toThrow(
      'there is no source "order"; there is "orders", "accounts"',
    );
  });
});

describe('an item put by hand', () => {
  let platform: LocalPlatform;

  beforeAll(async () => {
    platform = await startLocalPlatform();
    await createTable(platform.dynamodb, 'accounts', JOURNAL_KEY);
  });
  afterAll(() => platform.stop());

  test('is written as JSON says', async () => {
    await putItem(platform.dynamodb, 'accounts', {
      task: 't',
      slot: 's',
      count: 1,
      tags: ['a'],
      isOpen: true,
    });

    const { Items } = await platform.dynamodb.send(new ScanCommand({ TableName: 'accounts' }));
    expect(Items).toEqual([
      {
        task: { S: 't' },
        slot: { S: 's' },
        count: { N: '1' },
        tags: { L: [{ S: 'a' }] },
        isOpen: { BOOL: true },
      },
    ]);
  });

  test('must be an object', async () => {
    await expect(putItem(platform.dynamodb, 'accounts', [1])).rejects.toThrow(
      'the record of a table is "[1]"; give an item, as a JSON object',
    );
  });
});
