import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { paginateScan, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import {
  deployLocally,
  finishStream,
  startLocalPlatform,
  type LocalDeployment,
  type LocalPlatform,
} from 'millrace/local';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { earthquakes } from '../../functions/earthquakes/pipeline.ts';
import type { Quake } from '../../functions/earthquakes/quake.ts';

const HANDLER = fileURLToPath(new URL('../../functions/earthquakes/handler.ts', import.meta.url));
const START = Date.parse('2026-01-01T00:00:00Z');
const BATCH = 500;
/**
 * With names this long their state is 0.9 MB. The deltas since a checkpoint never outweigh it, so the last one is at
 * least half of that: more than an item of the journal holds.
 */
const networks = Array.from({ length: 4000 }, (_, index) =>
  createHash('shake256', { outputLength: 150 }).update(String(index)).digest('base64url'),
).toSorted(byText);

// Far from any node_modules: the S3 client isn't bundled, and is found nevertheless.
const outdir = mkdtempSync(join(tmpdir(), 'millrace-large-state-'));
let platform: LocalPlatform;
let deployment: LocalDeployment | undefined;

beforeAll(async () => {
  const app = new App({ outdir });
  new StreamPipeline(new Stack(app, 'Earthquakes'), 'Pipeline', {
    pipeline: earthquakes,
    entry: HANDLER,
    sinks: { perNetwork: resultsTable(), late: resultsTable() },
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

/** A quake of each network. */
async function feed(stream: string, mag: number): Promise<void> {
  const Records = networks.map((net, index) => {
    const time = START + index;
    const common = { updated: time, place: 'here', depth: 10, type: 'earthquake' };
    const quake: Quake = { id: `${net} ${mag}`, time, mag, net, ...common };
    return { PartitionKey: net, Data: Buffer.from(JSON.stringify(quake)) };
  });
  for (let start = 0; start < Records.length; start += BATCH) {
    const batch = Records.slice(start, start + BATCH);
    await platform.kinesis.send(new PutRecordsCommand({ StreamName: stream, Records: batch }));
  }
}

async function scan(TableName: string): Promise<readonly Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  for await (const page of paginateScan({ client: platform.dynamodb }, { TableName })) {
    items.push(...(page.Items ?? []));
  }
  return items;
}

test('state too large for the journal is kept in the bucket, and a cold sandbox goes on from there', async () => {
  deployment = await deployLocally({
    assemblyDir: outdir,
    endpoints: platform.endpoints,
    mapping: { pollMs: 20, idleFinalMs: 0, backoff: { baseMs: 50, factor: 2, maxMs: 1000 } },
  });
  const {
    CheckpointBucket: Bucket = '',
    JournalTable = '',
    QuakesStream = '',
    ResultsTable = '',
  } = deployment.outputs;

  await feed(QuakesStream, 1);
  await deployment.drained();
  // The last of it is journaled when its tumbling window ends.
  let { Contents = [] } = await platform.s3.send(new ListObjectsV2Command({ Bucket }));
  for (let tries = 0; tries < 100 && Contents.length === 0; tries += 1) {
    await setTimeout(100);
    ({ Contents = [] } = await platform.s3.send(new ListObjectsV2Command({ Bucket })));
  }
  const inTable = (await scan(JournalTable)).filter(({ slot }) => slot?.S?.startsWith('checkpoint#'));
  for (const fn of deployment.functions) fn.sandboxes.forEach((sandbox) => sandbox.kill());
  await feed(QuakesStream, 3);
  await finishStream(platform.kinesis, QuakesStream);
  await deployment.drained();

  expect(new Set(Contents.map(({ Key }) => Key?.split('/')[0]))).toEqual(new Set([JournalTable]));
  expect(inTable).toEqual([]);
  const rows = (await scan(ResultsTable)).map(
    ({ pk, quakes, largest }) => `${pk?.S}: ${quakes?.N} quakes, largest ${largest?.N}`,
  );
  expect(rows.toSorted(byText)).toEqual(networks.map((net) => `perNetwork#${net}: 2 quakes, largest 3`));
}, 60_000);

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
