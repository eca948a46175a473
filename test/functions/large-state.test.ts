import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Duration, Stack } from 'aws-cdk-lib';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import { finishStream } from 'millrace/local';
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { earthquakes } from '../../functions/earthquakes/pipeline.ts';
import type { Quake } from '../../functions/earthquakes/quake.ts';
import { scan } from '../support/tables.ts';
import { killAll, startLocalApp, type LocalApp } from './local-app.ts';

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

// Its assembly is far from any node_modules: the S3 client isn't bundled, and is found nevertheless.
let app: LocalApp;

beforeAll(async () => {
  app = await startLocalApp((cdk) => {
    new StreamPipeline(new Stack(cdk, 'Earthquakes'), 'Pipeline', {
      pipeline: earthquakes,
      entry: HANDLER,
      sinks: { perNetwork: resultsTable(), late: resultsTable() },
      checkpointInterval: Duration.seconds(1),
    });
  });
});

afterAll(() => app.stop());

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
    await app.platform.kinesis.send(new PutRecordsCommand({ StreamName: stream, Records: batch }));
  }
}

test('state too large for the journal is kept in the bucket, and a cold sandbox goes on from there', async () => {
  const { platform } = app;
  const deployment = await app.deploy();
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
  const inTable = (await scan(platform.dynamodb, JournalTable)).filter(({ slot }) =>
    slot?.S?.startsWith('checkpoint#'),
  );
  killAll(deployment);
  await feed(QuakesStream, 3);
  await finishStream(platform.kinesis, QuakesStream);
  await deployment.drained();

  expect(new Set(Contents.map(({ Key }) => Key?.split('/')[0]))).toEqual(new Set([JournalTable]));
  expect(inTable).toEqual([]);
  const rows = (await scan(platform.dynamodb, ResultsTable)).map(
    ({ pk, quakes, largest }) => `${pk?.S}: ${quakes?.N} quakes, largest ${largest?.N}`,
  );
  expect(rows.toSorted(byText)).toEqual(networks.map((net) => `perNetwork#${net}: 2 quakes, largest 3`));
}, 60_000);

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
