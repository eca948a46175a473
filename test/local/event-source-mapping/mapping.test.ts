import {
  KinesisClient,
  CreateStreamCommand,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createEventSourceMapping,
  memoryCheckpoints,
  type EventSourceMapping,
  type MappingEvent,
  type MappingOptions,
  type MappingParametersInput,
} from '../../../lib/local/event-source-mapping/index.ts';
import {
  KinesisStore,
  startKinesisEndpoint,
  type KinesisEndpoint,
} from '../../../lib/local/kinesis/index.ts';
import type { InvokeResult } from '../../../lib/local/lambda/index.ts';
import { CRASH, MINUTE, STREAM_ARN } from './shard-driver.ts';

const StreamName = 'orders';
const HALF = (2n ** 127n).toString();
const QUARTER = (2n ** 126n).toString();

interface Seen {
  readonly Records: readonly { readonly eventID: string; readonly kinesis: { readonly data: string } }[];
}

describe('a mapping on a stream', () => {
  let endpoint: KinesisEndpoint;
  let client: KinesisClient;
  let mapping: EventSourceMapping | undefined;
  let delivered: string[];
  let events: MappingEvent[];
  /** The endpoint's clock. */
  let now: number;

  beforeEach(async () => {
    now = Date.now();
    endpoint = await startKinesisEndpoint({ store: new KinesisStore({ now: () => now }) });
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    client = new KinesisClient({ endpoint: endpoint.url, region: 'us-east-1', credentials });
    delivered = [];
    events = [];
  });

  afterEach(async () => {
    await mapping?.stop();
    client.destroy();
    await endpoint.close();
  });

  function map(
    parameters: Partial<MappingParametersInput> = {},
    options: MappingOptions = {},
    answer: (texts: readonly string[]) => Promise<InvokeResult> | InvokeResult = () => ({
      kind: 'ok',
      payload: '',
    }),
  ): EventSourceMapping {
    mapping = createEventSourceMapping(
      {
        parameters: { startingPosition: 'TRIM_HORIZON', ...parameters },
        eventSourceArn: STREAM_ARN,
        client,
        onEvent: (event) => events.push(event),
        invoke: async (event) => {
          const { Records }: Seen = JSON.parse(JSON.stringify(event));
          const texts = Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());
          const result = await answer(texts);
          if (result.kind === 'ok') delivered.push(...texts);
          return result;
        },
      },
      { pollMs: 5, discoveryMs: 20, backoff: { baseMs: 1, factor: 1, maxMs: 1 }, ...options },
    );
    return mapping;
  }

  async function create(ShardCount: number): Promise<void> {
    await client.send(new CreateStreamCommand({ StreamName, ShardCount }));
    for (;;) if ((await shardIds()).length === ShardCount) return;
  }

  async function shardIds(): Promise<readonly string[]> {
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
    return Shards.map(({ ShardId = '' }) => ShardId);
  }

  async function put(text: string, ExplicitHashKey = '0'): Promise<void> {
    await client.send(
      new PutRecordCommand({ StreamName, PartitionKey: 'k', ExplicitHashKey, Data: Buffer.from(text) }),
    );
  }

  test('C11: from the trim horizon delivers everything, in order', async () => {
    await create(1);
    for (const text of ['a', 'b', 'c']) await put(text);

    map().start();
    await mapping?.drained();

    expect(delivered).toEqual(['a', 'b', 'c']);
  });

  test('from latest delivers what comes after it began to poll, and misses what came before', async () => {
    await create(1);
    await put('before');

    map({ startingPosition: 'LATEST' }).start();
    await mapping?.drained();
    await put('after');
    await mapping?.drained();

    expect(delivered).toEqual(['after']);
  });

  test('from a timestamp delivers what arrived at or after it', async () => {
    await create(1);
    await put('before');
    now += 1;
    const startingPositionTimestampMs = now;
    await put('after');

    map({ startingPosition: 'AT_TIMESTAMP', startingPositionTimestampMs }).start();
    await mapping?.drained();

    expect(delivered).toEqual(['after']);
  });

  test('C12: goes on where it stopped', async () => {
    await create(1);
    const checkpoints = memoryCheckpoints();
    await put('a');
    map({}, { checkpoints }).start();
    await mapping?.drained();
    await mapping?.stop();
    await put('b');

    map({}, { checkpoints }).start();
    await mapping?.drained();

    expect(delivered).toEqual(['a', 'b']);
  });

  test('a shard that is stuck does not hold the others up', async () => {
    await create(2);
    await put('stuck');
    await put('free', HALF);

    map({}, {}, (texts) => (texts.includes('stuck') ? CRASH : { kind: 'ok', payload: '' })).start();
    await until(() => delivered.includes('free'));
    await put('free too', HALF);
    await until(() => delivered.includes('free too'));

    expect(delivered).toEqual(['free', 'free too']);
  });

  test('C19: never has two batches of a shard in flight, but batches of two shards', async () => {
    await create(2);
    const inFlight = new Set<string>();
    let overlaps = 0;
    let bothBusy: (() => void) | undefined;
    const bothWereBusy = new Promise<void>((resolve) => {
      bothBusy = resolve;
    });
    for (const text of ['a', 'b', 'c', 'd']) {
      await put(`0${text}`);
      await put(`1${text}`, HALF);
    }

    map({ batchSize: 1 }, {}, async ([text = '']) => {
      const shard = text.slice(0, 1);
      if (inFlight.has(shard)) overlaps += 1;
      inFlight.add(shard);
      if (inFlight.size === 2) bothBusy?.();
      await bothWereBusy;
      inFlight.delete(shard);
      return { kind: 'ok', payload: '' };
    }).start();
    await mapping?.drained();

    expect(overlaps).toBe(0);
  });

  test('C51, C52: delivers no record of a child before all of its parents, over generations of splits and merges', async () => {
    await create(1);
    let blocked = true;
    map({ startingPosition: 'LATEST', batchSize: 1 }, {}, (texts) =>
      blocked && texts.includes('1') ? CRASH : { kind: 'ok', payload: '' },
    ).start();
    await mapping?.drained();
    await put('1');
    const [root = ''] = await shardIds();
    await client.send(new SplitShardCommand({ StreamName, ShardToSplit: root, NewStartingHashKey: HALF }));
    const [, left = '', right = ''] = await shardIds();
    await put('2');
    await put('2', HALF);
    await client.send(
      new MergeShardsCommand({ StreamName, ShardToMerge: left, AdjacentShardToMerge: right }),
    );
    const merged = (await shardIds()).at(-1) ?? '';
    await put('3');
    await client.send(
      new SplitShardCommand({ StreamName, ShardToSplit: merged, NewStartingHashKey: QUARTER }),
    );
    await put('4');
    await put('4', HALF);
    await until(() => events.some(({ kind }) => kind === 'batch-failed'));

    blocked = false;
    await mapping?.drained();

    expect(delivered).toEqual(['1', '2', '2', '3', '4', '4']);
    const ended = events.flatMap((event) => (event.kind === 'shard-ended' ? [event.shardId] : []));
    expect(ended.toSorted()).toEqual([root, left, right, merged].toSorted());
  });

  test('C55: reads on from its position when an iterator has expired', async () => {
    await create(1);
    await put('a');
    map().start();
    await mapping?.drained();

    now += 6 * MINUTE;
    await put('b');
    await mapping?.drained();

    expect(delivered).toEqual(['a', 'b']);
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  for (let polls = 0; polls < 500 && !isTrue(); polls += 1) await new Promise((done) => setTimeout(done, 10));
  expect(isTrue()).toBe(true);
}
