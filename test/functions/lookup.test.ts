import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import { finishStream } from 'millrace/local';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { scan } from '../support/tables.ts';
import { killAll, startLocalApp, type LocalApp } from './local-app.ts';
import { purchasesByRegion } from './purchases-pipeline.ts';

const HANDLER = fileURLToPath(new URL('purchases-pipeline.ts', import.meta.url));
const PURCHASES = 60;

let app: LocalApp;
let sinceThrottled = 0;

beforeAll(async () => {
  app = await startLocalApp(
    (cdk) => {
      const stack = new Stack(cdk, 'Purchases');
      const customers = new Table(stack, 'Customers', {
        partitionKey: { name: 'customerId', type: AttributeType.STRING },
      });
      new CfnOutput(stack, 'CustomersTable', { value: customers.tableName });
      new StreamPipeline(stack, 'Pipeline', {
        pipeline: purchasesByRegion,
        entry: HANDLER,
        sinks: { placed: resultsTable(), perRegion: resultsTable() },
        tables: { customers },
        batchSize: 10,
        checkpointInterval: Duration.seconds(1),
      });
    },
    {
      dynamodbFault: (operation) =>
        operation === 'BatchGetItem' && ++sinceThrottled % 3 === 0 ? 'throttle' : undefined,
    },
  );
});

afterAll(() => app.stop());

test('while sandboxes die and the table changes, each purchase counts in the one region it is shown in', async () => {
  const { platform } = app;
  const deployment = await app.deploy();
  const { CustomersTable = '', PurchasesStream = '', ResultsTable = '' } = deployment.outputs;
  const move = (region: string) =>
    platform.dynamodb.send(
      new PutItemCommand({
        TableName: CustomersTable,
        Item: { customerId: { S: 'ann' }, region: { S: region } },
      }),
    );
  const Records = Array.from({ length: PURCHASES }, (_, n) => ({
    PartitionKey: `p${n}`,
    Data: Buffer.from(JSON.stringify({ id: `p${n}`, customer: 'ann', amount: 1, at: n })),
  }));

  await move('region 0');
  await platform.kinesis.send(new PutRecordsCommand({ StreamName: PurchasesStream, Records }));
  for (let moves = 1; moves <= 8; moves += 1) {
    await setTimeout(100);
    await move(`region ${moves}`);
    killAll(deployment);
  }
  await finishStream(platform.kinesis, PurchasesStream);
  await deployment.drained();

  const items = await scan(platform.dynamodb, ResultsTable);
  const shown = items.flatMap(({ id, region }) =>
    id?.S === undefined ? [] : [{ id: id.S, region: region?.S }],
  );
  const counted = items.flatMap(({ pk, purchases }) =>
    purchases?.N === undefined ? [] : [`${pk?.S?.replace('perRegion#', '')}: ${purchases.N}`],
  );
  expect(new Set(shown.map(({ id }) => id)).size).toBe(PURCHASES);
  expect(shown).toHaveLength(PURCHASES);
  expect(counted.toSorted(byText)).toEqual(countsOf(shown.map(({ region }) => region)).toSorted(byText));
}, 60_000);

function countsOf(names: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(names)].map((name) => `${name}: ${names.filter((each) => each === name).length}`);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
