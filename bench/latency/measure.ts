import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Pipeline } from 'millrace';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import { deployLocally, startLocalPlatform, type DeploymentEvent, type LocalPlatform } from 'millrace/local';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { followTable } from '../../lib/cli/dashboard/follow-table.ts';
import { OUT_OF_ORDER_MS } from './pipelines.ts';

/** From the end of a window until its row was seen in the table's stream, in ms, and where the time went. */
export interface Latency {
  readonly total: number;
  /** Until a record came that is beyond the disorder allowed; nobody can know earlier that the window is complete. */
  readonly disorder: number;
  /** Until the mapping handed that record to the function. */
  readonly mapping: number;
  /** Until the function had answered; its row is written by then. */
  readonly handler: number;
  /** Until a reader of the table's stream, who asks every few ms, had it; further stages before that. */
  readonly reader: number;
}

const METERS = 8;
const GAP_MS = 20;
const POLL_MS = 20;
const MS_TO_SETTLE = 3_000;

interface Put {
  readonly sequenceNumber: bigint;
  readonly timestamp: number;
  readonly at: number;
}

interface Batch {
  readonly last: bigint;
  readonly startedAt: number;
  readonly succeededAt: number;
}

/** Runs a pipeline on the built-in endpoints under steady traffic; one shard, so that every record is behind the others. */
export async function measure(
  pipeline: Pipeline,
  entry: string,
  seconds: number,
): Promise<readonly Latency[]> {
  const outdir = mkdtempSync(join(tmpdir(), 'millrace-latency-'));
  synthesise(pipeline, entry, outdir);
  const platform = await startLocalPlatform({ endpoints: {} });
  const started = new Map<string, number>();
  const batches: Batch[] = [];
  const onEvent = (event: DeploymentEvent): void => {
    if (event.kind !== 'batch-started' && event.kind !== 'batch-succeeded') return;
    const { firstSequenceNumber, lastSequenceNumber, streamArn, at } = event;
    if (firstSequenceNumber === undefined || !streamArn.includes('Readings')) return;
    if (event.kind === 'batch-started') started.set(firstSequenceNumber, at);
    else {
      const startedAt = started.get(firstSequenceNumber) ?? at;
      batches.push({ last: BigInt(lastSequenceNumber ?? 0), startedAt, succeededAt: at });
    }
  };
  const deployment = await deployLocally({
    assemblyDir: outdir,
    endpoints: platform.endpoints,
    mapping: { pollMs: POLL_MS },
    onEvent,
  });
  try {
    const { ReadingsStream = '', ResultsTable = '' } = deployment.outputs;
    const seen = new Map<number, number>();
    const ending = new AbortController();
    const following = follow(platform, ResultsTable, ending.signal, (windowEnd) => {
      if (!seen.has(windowEnd)) seen.set(windowEnd, Date.now());
    });
    const puts = await produce(platform, ReadingsStream, seconds);
    await sleep(MS_TO_SETTLE);
    ending.abort();
    await following;
    return [...seen].flatMap(([windowEnd, at]) => latencyOf(windowEnd, at, puts, batches));
  } finally {
    await deployment.stop();
    await platform.stop();
    rmSync(outdir, { recursive: true });
  }
}

function latencyOf(
  windowEnd: number,
  seenAt: number,
  puts: readonly Put[],
  batches: readonly Batch[],
): readonly Latency[] {
  const closing = puts.find(({ timestamp }) => timestamp >= windowEnd + OUT_OF_ORDER_MS);
  const batch = closing && batches.find(({ last }) => last >= closing.sequenceNumber);
  if (closing === undefined || batch === undefined) return [];
  const answeredAt = Math.min(batch.succeededAt, seenAt);
  return [
    {
      total: seenAt - windowEnd,
      disorder: closing.at - windowEnd,
      mapping: batch.startedAt - closing.at,
      handler: answeredAt - batch.startedAt,
      reader: seenAt - answeredAt,
    },
  ];
}

/** A reading every few ms, of one meter after the other. */
async function produce(
  platform: LocalPlatform,
  StreamName: string,
  seconds: number,
): Promise<readonly Put[]> {
  const puts: Put[] = [];
  const endsAt = Date.now() + seconds * 1000;
  for (let n = 0; Date.now() < endsAt; n += 1) {
    const timestamp = Date.now();
    const PartitionKey = `meter-${n % METERS}`;
    const Data = Buffer.from(JSON.stringify({ meter: PartitionKey, at: timestamp }));
    const { SequenceNumber = '0' } = await platform.kinesis.send(
      new PutRecordCommand({ StreamName, PartitionKey, Data }),
    );
    puts.push({ sequenceNumber: BigInt(SequenceNumber), timestamp, at: Date.now() });
    await sleep(GAP_MS);
  }
  return puts;
}

async function follow(
  { dynamodbStreams }: LocalPlatform,
  table: string,
  signal: AbortSignal,
  onRow: (windowEnd: number) => void,
): Promise<void> {
  const follower = followTable(dynamodbStreams, table, ({ windowEnd }) => onRow(Number(windowEnd?.N)));
  while (!signal.aborted) {
    await follower.catchUp();
    await sleep(POLL_MS);
  }
}

function synthesise(pipeline: Pipeline, entry: string, outdir: string): void {
  const app = new App({ outdir });
  new StreamPipeline(new Stack(app, 'Latency'), 'Pipeline', {
    pipeline,
    entry,
    sinks: { counts: resultsTable() },
    checkpointInterval: Duration.seconds(10),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  app.synth();
}
