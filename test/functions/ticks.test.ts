import { PutRecordsCommand, UpdateShardCountCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Stream, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import { deployLocally, startLocalPlatform, type LocalDeployment, type LocalPlatform } from 'millrace/local';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decodeControlRecord } from '../../lib/model/index.ts';
import { logsOf } from '../aws/logs-of.ts';
import { scan } from '../support/tables.ts';
import { silent } from './silent-pipeline.ts';
import { silentSource } from './silent-source-pipeline.ts';

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const GIVEN = 'given';
const TRIES = 200;
const TRY_MS = 250;

const outdir = mkdtempSync(join(tmpdir(), 'millrace-ticks-'));
let platform: LocalPlatform;
let deployment: LocalDeployment;

beforeAll(async () => {
  const app = new App({ outdir });
  const settings = { sinks: { counts: resultsTable() }, checkpointInterval: Duration.seconds(1) };
  new StreamPipeline(new Stack(app, 'Silent'), 'Pipeline', {
    ...settings,
    pipeline: silent,
    entry: fileOf('silent-pipeline.ts'),
    outputPrefix: 'Own',
  });
  const stack = new Stack(app, 'SilentSource');
  const streamMode = StreamMode.PROVISIONED;
  const readings = new Stream(stack, 'Readings', { streamName: GIVEN, streamMode, shardCount: 2 });
  new StreamPipeline(stack, 'Pipeline', {
    ...settings,
    pipeline: silentSource,
    entry: fileOf('silent-source-pipeline.ts'),
    sources: { readings },
    tickSources: true,
    outputPrefix: 'Given',
  });
  app.synth();
  platform = await startLocalPlatform();
  deployment = await deployLocally({
    assemblyDir: outdir,
    endpoints: platform.endpoints,
    mapping: { pollMs: 20, idleFinalMs: 0, discoveryMs: 200 },
    scheduleMs: 1_000,
  });
}, 120_000);

afterAll(async () => {
  await deployment.stop();
  await platform.stop();
  rmSync(outdir, { recursive: true });
});

async function put(StreamName: string, partitionKeys: readonly string[]): Promise<void> {
  const Records = partitionKeys.map((PartitionKey, n) => ({
    PartitionKey,
    Data: Buffer.from(JSON.stringify({ sensor: 'a', n })),
  }));
  await platform.kinesis.send(new PutRecordsCommand({ StreamName, Records }));
}

async function scale(StreamName: string, TargetShardCount: number): Promise<void> {
  const ScalingType = 'UNIFORM_SCALING';
  await platform.kinesis.send(new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType }));
}

async function counted(TableName: string): Promise<number> {
  const items = await scan(platform.dynamodb, TableName);
  return items.map(({ n }) => Number(n?.N)).reduce((total, n) => total + n, 0);
}

/** How many the results have counted, once it is this many, or never was. */
async function countedOnce(TableName: string, expected: number): Promise<number> {
  let found = await counted(TableName);
  for (let tries = 0; tries < TRIES && found < expected; tries += 1) {
    await setTimeout(TRY_MS);
    found = await counted(TableName);
  }
  return found;
}

test('the last window closes behind a shuffle after traffic has stopped, by ticks alone', async () => {
  const { OwnReadingsStream = '', OwnResultsTable = '' } = deployment.outputs;

  await put(OwnReadingsStream, ['p1', 'p2', 'p3']);

  expect(await countedOnce(OwnResultsTable, 3)).toBe(3);
}, 150_000);

test('ticks of a given stream follow its shards through splits and merges, and close the last windows', async () => {
  const { GivenResultsTable = '' } = deployment.outputs;
  const keys = Array.from({ length: 12 }, (_, n) => `p${n}`);

  await put(GIVEN, keys);
  await scale(GIVEN, 4);
  const afterSplit = await countedOnce(GivenResultsTable, 12);
  await put(GIVEN, keys);
  await scale(GIVEN, 3);
  const afterMerge = await countedOnce(GivenResultsTable, 24);

  const ticks = await logsOf(platform.kinesis, GIVEN, (data) => decodeControlRecord(data)?.kind === 'tick');
  const open = Object.values(ticks).slice(-3);
  expect([afterSplit, afterMerge]).toEqual([12, 24]);
  expect(open.map((log) => log.includes(true))).toEqual([true, true, true]);
}, 150_000);
