import { ScanCommand, UpdateTableCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import type { Context } from 'aws-lambda';
import { createHandler } from '../../lib/aws/index.ts';
import type { KinesisEvent } from '../../lib/aws/kinesis-event.ts';
import { KinesisInputStream } from '../../lib/aws/kinesis-input-stream.ts';
import {
  startDynamoDbEndpoint,
  startKinesisEndpoint,
  type DynamoDbEndpointOptions,
} from '../../lib/local/index.ts';
import { SHARD_START, type InputRecord } from '../../lib/model/index.ts';
import { JOURNAL_KEY, RESULTS_KEY } from '../../lib/plan/index.ts';
import { Clients } from '../local/dynamodb/clients.ts';
import { createTable } from '../support/tables.ts';
import { contended, putLog, type LogEntry } from './contended-log.ts';
import { startGate, type Gate } from './gate.ts';
import { eventRecord } from './stage-event.ts';
import { stageEnvironment } from './stage-surroundings.ts';

const SHARD = 'shardId-000000000000';
const STREAM = 'contended';
const STREAM_ARN = `arn:aws:kinesis:us-east-1:000000000000:stream/${STREAM}`;
const WINDOW_MS = 60_000;
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** How far one poller of an event source mapping has got in the shard. */
export interface Progress {
  /** The index of the next record. */
  readonly next: number;
  readonly state: unknown;
  /** Which tumbling window it is in; `none` if the mapping has no windows. */
  readonly window: number | 'none';
}

/** A function's sandbox: its own memory, its own connections, and a gate in front of DynamoDB to freeze it at. */
export interface Sandbox {
  readonly gate: Gate;
  /** Hands it the next records, as the mapping would. The batch may be the last of its window, or empty. */
  invoke(progress: Progress, records: number, isLastOfWindow?: boolean): Promise<Progress>;
}

/** One shard with its log, and the tables its sandboxes contend for. */
export interface Contention {
  readonly records: readonly InputRecord[];
  readonly sandboxes: readonly [Sandbox, Sandbox];
  itemsOf(table: Table): Promise<readonly Item[]>;
  /** What items have become with each write that changed something, in the order of the table's stream. */
  imagesOf(table: Table): Promise<readonly Item[]>;
  close(): Promise<void>;
}

type Table = 'journal' | 'results' | 'dead-letters';
type Item = Readonly<Record<string, AttributeValue>>;

/** Starts endpoints of its own, and two sandboxes that the environment of this process leads to them. */
export async function startContention(
  log: readonly LogEntry[],
  options: Pick<DynamoDbEndpointOptions, 'fault' | 'omitOldItemOnConditionFailure'>,
): Promise<Contention> {
  const kinesisEndpoint = await startKinesisEndpoint();
  const tablesEndpoint = await startDynamoDbEndpoint(options);
  const kinesis = new KinesisClient({
    endpoint: kinesisEndpoint.url,
    region: 'us-east-1',
    credentials: CREDENTIALS,
  });
  const clients = new Clients(tablesEndpoint.url);
  const streams = {
    journal: await createStreamedTable(clients, 'journal', JOURNAL_KEY),
    results: await createStreamedTable(clients, 'results', RESULTS_KEY),
    'dead-letters': await createStreamedTable(clients, 'dead-letters', RESULTS_KEY),
  };
  await kinesis.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: 1 }));
  await putLog(kinesis, STREAM, log);
  const records: InputRecord[] = [];
  for await (const batch of new KinesisInputStream(kinesis, STREAM_ARN).readAfter(SHARD, SHARD_START))
    records.push(...batch);
  Object.assign(process.env, stageEnvironment('orders'), { AWS_ENDPOINT_URL_KINESIS: kinesisEndpoint.url });
  const sandboxes = [
    await startSandbox(tablesEndpoint.url, records),
    await startSandbox(tablesEndpoint.url, records),
  ] as const;
  return {
    records,
    sandboxes,
    itemsOf: async (TableName) => (await clients.dynamodb.send(new ScanCommand({ TableName }))).Items ?? [],
    imagesOf: async (table) =>
      (await clients.recordsOf(streams[table]))
        .map(({ dynamodb }) => dynamodb?.NewImage)
        .filter((image) => image !== undefined),
    close: async () => {
      kinesis.destroy();
      clients.destroy();
      for (const { gate } of sandboxes) await gate.close();
      await Promise.all([kinesisEndpoint.close(), tablesEndpoint.close()]);
    },
  };
}

async function createStreamedTable(
  clients: Clients,
  TableName: Table,
  key: typeof JOURNAL_KEY | typeof RESULTS_KEY,
): Promise<string> {
  await createTable(clients.dynamodb, TableName, key);
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;
  const { TableDescription } = await clients.dynamodb.send(
    new UpdateTableCommand({ TableName, StreamSpecification }),
  );
  return TableDescription?.LatestStreamArn ?? '';
}

async function startSandbox(endpoint: string, log: readonly InputRecord[]): Promise<Sandbox> {
  const gate = await startGate(endpoint);
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = gate.url;
  const handler = createHandler(contended);
  const invoke: Sandbox['invoke'] = async ({ next, state, window }, size, isLastOfWindow = false) => {
    const records = log.slice(next, next + size);
    const mapping = { window, state, isLastOfWindow };
    const response = await handler(eventOf(records, mapping), {
      getRemainingTimeInMillis: () => 59_999,
    } as Context);
    const after = next + records.length;
    if (window === 'none') return { next: after, state: undefined, window };
    return isLastOfWindow
      ? { next: after, state: {}, window: window + 1 }
      : { next: after, state: response.state, window };
  };
  // Clients take their endpoint from the environment with their first request: before it leads to the next sandbox's.
  await invoke({ next: 0, state: {}, window: 0 }, 0, true).catch(() => undefined);
  return { gate, invoke };
}

interface MappingFacts extends Omit<Progress, 'next'> {
  readonly isLastOfWindow: boolean;
}

function eventOf(
  records: readonly InputRecord[],
  { window, state, isLastOfWindow }: MappingFacts,
): KinesisEvent {
  const Records = records.map((record) => eventRecord(STREAM_ARN, SHARD, record));
  if (window === 'none') return { Records };
  const [start, end] = [window, window + 1].map((n) => new Date(n * WINDOW_MS).toISOString());
  return {
    Records,
    window: { start: start ?? '', end: end ?? '' },
    state,
    shardId: SHARD,
    eventSourceARN: STREAM_ARN,
    isFinalInvokeForWindow: isLastOfWindow,
    isWindowTerminatedEarly: false,
  };
}
