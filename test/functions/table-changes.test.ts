import {
  DeleteItemCommand,
  paginateScan,
  PutItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { AttributeType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import { deployLocally, startLocalPlatform, type LocalDeployment, type LocalPlatform } from 'millrace/local';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { totals } from '../support/ledger-totals.ts';
import { ledger } from '../support/ledger.ts';

const HANDLER = fileURLToPath(new URL('../support/ledger.ts', import.meta.url));
const TOTALS = fileURLToPath(new URL('../support/ledger-totals.ts', import.meta.url));
const TRIES = 240;
const TRY_MS = 250;
const ACCOUNTS = 12;

const outdir = mkdtempSync(join(tmpdir(), 'millrace-changes-'));
let platform: LocalPlatform;
let deployment: LocalDeployment | undefined;

beforeAll(async () => {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Ledger');
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
  app.synth();
  platform = await startLocalPlatform();
});

afterAll(async () => {
  await deployment?.stop();
  await platform.stop();
  rmSync(outdir, { recursive: true });
});

type Item = Readonly<Record<string, AttributeValue>>;

async function itemsIn(TableName: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const page of paginateScan({ client: platform.dynamodb }, { TableName }))
    items.push(...(page.Items ?? []));
  return items;
}

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
    values = (await itemsIn(table)).filter(({ pk }) => pk?.S?.startsWith(`${sink}#`) === true).map(of);
  }
  return values;
}

test('changes of a table are counted, and its rows are found, while the function is killed', async () => {
  deployment = await deployLocally({
    assemblyDir: outdir,
    endpoints: platform.endpoints,
    mapping: { pollMs: 20, idleFinalMs: 200, backoff: { baseMs: 20, factor: 2, maxMs: 200 } },
    scheduleMs: 1_000,
  });
  const { TransfersStream = '', ResultsTable = '', TotalsResultsTable = '' } = deployment.outputs;
  const put = (id: string, cents: number) =>
    platform.dynamodb.send(
      new PutItemCommand({
        TableName: 'accounts',
        Item: { id: { S: id }, owner: { S: `owner ${Number(id) % 3}` }, cents: { N: String(cents) } },
      }),
    );

  for (let account = 0; account < ACCOUNTS; account += 1) await put(String(account), 100);
  for (const { sandboxes } of deployment.functions) sandboxes.forEach((sandbox) => sandbox.kill());
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
