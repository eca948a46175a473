import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Duration, Stack } from 'aws-cdk-lib';
import { AttributeType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { totals } from '../support/ledger-totals.ts';
import { ledger } from '../support/ledger.ts';
import { scan, type Item } from '../support/tables.ts';
import { killAll, startLocalApp, type LocalApp } from './local-app.ts';

const HANDLER = fileURLToPath(new URL('../support/ledger.ts', import.meta.url));
const TOTALS = fileURLToPath(new URL('../support/ledger-totals.ts', import.meta.url));
const TRIES = 240;
const TRY_MS = 250;
const ACCOUNTS = 12;

let app: LocalApp;

beforeAll(async () => {
  app = await startLocalApp((cdk) => {
    const stack = new Stack(cdk, 'Ledger');
    const accounts = new Table(stack, 'Accounts', {
      tableName: 'accounts',
      partitionKey: { name: 'id', type: AttributeType.STRING },
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
    });
    const first = new StreamPipeline(stack, 'Pipeline', {
      pipeline: ledger,
      entry: HANDLER,
      sinks: { moved: resultsTable(), named: resultsTable() },
      changes: { accounts },
      checkpointInterval: Duration.seconds(1),
    });
    new StreamPipeline(stack, 'Totals', {
      outputPrefix: 'Totals',
      pipeline: totals,
      entry: TOTALS,
      sinks: { totals: resultsTable() },
      changes: { moved: first.results },
      checkpointInterval: Duration.seconds(1),
    });
  });
});

afterAll(() => app.stop());

/** What the rows of a sink have, once they are as they should be or time is up. */
async function valuesOf<T>(
  table: string,
  sink: string,
  of: (item: Item) => T,
  isEnough: (values: readonly T[]) => boolean,
): Promise<readonly T[]> {
  let values: readonly T[] = [];
  for (let tries = 0; tries < TRIES && !isEnough(values); tries += 1) {
    if (tries > 0) await setTimeout(TRY_MS);
    values = (await scan(app.platform.dynamodb, table))
      .filter(({ pk }) => pk?.S?.startsWith(`${sink}#`) === true)
      .map(of);
  }
  return values;
}

test('changes of a table are counted, and its rows are found, while the function is killed', async () => {
  const { platform } = app;
  const deployment = await app.deploy({ mapping: { idleFinalMs: 200 }, scheduleMs: 1_000 });
  const { TransfersStream = '', ResultsTable = '', TotalsResultsTable = '' } = deployment.outputs;
  const put = (id: string, cents: number) =>
    platform.dynamodb.send(
      new PutItemCommand({
        TableName: 'accounts',
        Item: { id: { S: id }, owner: { S: `owner ${Number(id) % 3}` }, cents: { N: String(cents) } },
      }),
    );

  for (let account = 0; account < ACCOUNTS; account += 1) await put(String(account), 100);
  killAll(deployment);
  for (let account = 0; account < ACCOUNTS; account += 1) await put(String(account), 100 + account);
  await platform.dynamodb.send(new DeleteItemCommand({ TableName: 'accounts', Key: { id: { S: '0' } } }));

  const moved = await valuesOf(
    ResultsTable,
    'moved',
    ({ changes, cents }) => [Number(changes?.N), Number(cents?.N)] as const,
    (rows) => rows.reduce((sum, [changes]) => sum + changes, 0) >= 2 * ACCOUNTS,
  );
  // The first write of account 0 and its removal count, the second write changed nothing.
  expect(moved.reduce((sum, [changes]) => sum + changes, 0)).toBe(2 * ACCOUNTS);
  expect(moved.reduce((sum, [, cents]) => sum + cents, 0)).toBe(11 * 100 + (11 * 12) / 2);

  const altogether = await valuesOf(
    TotalsResultsTable,
    'totals',
    ({ changes, cents }) => [Number(changes?.N), Number(cents?.N)] as const,
    (rows) => rows.reduce((sum, [changes]) => sum + changes, 0) >= 2 * ACCOUNTS,
  );
  expect(altogether).toHaveLength(3);
  expect(altogether.reduce((sum, [changes]) => sum + changes, 0)).toBe(2 * ACCOUNTS);
  expect(altogether.reduce((sum, [, cents]) => sum + cents, 0)).toBe(11 * 100 + (11 * 12) / 2);

  for (const account of ['1', '0']) {
    const Data = Buffer.from(JSON.stringify({ account, cents: 7 }));
    await platform.kinesis.send(
      new PutRecordCommand({ StreamName: TransfersStream, PartitionKey: account, Data }),
    );
  }
  const owners = await valuesOf(
    ResultsTable,
    'named',
    ({ owner }) => owner?.S,
    (rows) => rows.length >= 2,
  );
  expect(owners.map(String).toSorted()).toEqual(['nobody', 'owner 1']);
}, 150_000);
