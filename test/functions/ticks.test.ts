import { paginateScan, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import { deployLocally, startLocalPlatform, type LocalDeployment, type LocalPlatform } from 'millrace/local';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { silent } from './silent-pipeline.ts';

const HANDLER = fileURLToPath(new URL('silent-pipeline.ts', import.meta.url));
const TRIES = 200;
const TRY_MS = 250;

const outdir = mkdtempSync(join(tmpdir(), 'millrace-ticks-'));
let platform: LocalPlatform;
let deployment: LocalDeployment | undefined;

beforeAll(async () => {
  const app = new App({ outdir });
  new StreamPipeline(new Stack(app, 'Silent'), 'Pipeline', {
    pipeline: silent,
    entry: HANDLER,
    sinks: { counts: resultsTable() },
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

async function results(TableName: string): Promise<readonly Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  for await (const page of paginateScan({ client: platform.dynamodb }, { TableName })) {
    items.push(...(page.Items ?? []));
  }
  return items;
}

test('the last window closes behind a shuffle after traffic has stopped, by ticks alone', async () => {
  deployment = await deployLocally({
    assemblyDir: outdir,
    endpoints: platform.endpoints,
    mapping: { pollMs: 20, idleFinalMs: 0 },
    scheduleMs: 1_000,
  });
  const { ReadingsStream = '', ResultsTable = '' } = deployment.outputs;

  const Records = [1, 2, 3].map((n) => ({
    PartitionKey: `p${n}`,
    Data: Buffer.from(JSON.stringify({ sensor: 'a', n })),
  }));
  await platform.kinesis.send(new PutRecordsCommand({ StreamName: ReadingsStream, Records }));

  let found = await results(ResultsTable);
  for (let tries = 0; tries < TRIES && found.length === 0; tries += 1) {
    await setTimeout(TRY_MS);
    found = await results(ResultsTable);
  }
  const counted = found.map(({ n }) => Number(n?.N)).reduce((total, n) => total + n, 0);
  expect(counted).toBe(3);
}, 150_000);
