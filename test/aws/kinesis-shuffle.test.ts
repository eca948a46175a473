import { CreateStreamCommand, KinesisClient, UpdateShardCountCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { KinesisInputStream } from '../../lib/aws/kinesis-input-stream.ts';
import { KinesisShuffle } from '../../lib/aws/index.ts';
import { startKinesisEndpoint, type KinesisEndpoint } from '../../lib/local/index.ts';
import { TOO_LARGE, type SentOutput } from '../../lib/model/index.ts';
import { noise, packetsIn, PARTITIONS, received, sentTo, upTo } from './shuffle-outputs.ts';

const PREFIX = 'arn:aws:kinesis:us-east-1:000000000000:stream/';
const MOST_SENDS = 50;

let endpoint: KinesisEndpoint;
let client: KinesisClient;
/** Whether the next requests to put records are throttled: of such a request every other record fails. */
let isThrottled: () => boolean;
let streams = 0;
let stream: string;
let shuffle: KinesisShuffle;

beforeAll(async () => {
  endpoint = await startKinesisEndpoint({
    throttle: (operation) => operation === 'PutRecords' && isThrottled(),
  });
  client = newClient();
});
afterAll(async () => {
  client.destroy();
  await endpoint.close();
});

beforeEach(newStream);

/** A stream of two shards, and a way into it. */
async function newStream(): Promise<void> {
  isThrottled = () => false;
  streams += 1;
  stream = `next-${streams}`;
  await client.send(new CreateStreamCommand({ StreamName: stream, ShardCount: 2 }));
  shuffle = shuffleVia(client);
}

function shuffleVia(via: KinesisClient): KinesisShuffle {
  const sends = [{ edge: 'in', reads: [], to: 'next', partitions: PARTITIONS }];
  const input = new KinesisInputStream(via, `${PREFIX}${stream}`);
  return new KinesisShuffle(via, () => input.openShards(), { next: stream }, sends);
}

function newClient(): KinesisClient {
  return new KinesisClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}

async function scale(TargetShardCount: number): Promise<void> {
  const ScalingType = 'UNIFORM_SCALING';
  await client.send(new UpdateShardCountCommand({ StreamName: stream, TargetShardCount, ScalingType }));
}

/** Sends until nothing is left, as one batch after the other does. */
async function sendAll(outputs: readonly SentOutput[]): Promise<void> {
  let left = outputs;
  for (let sends = 0; left.length > 0; sends += 1) {
    if (sends === MOST_SENDS) throw new Error(`${left.length} are left after ${sends} sends`);
    left = await shuffle.send(left);
  }
}

describe('what is sent arrives', () => {
  test('once and in order for each part, in one packet if it is little', async () => {
    const left = await shuffle.send([...sentTo(0, [0, 1, 2]), ...sentTo(3, [0, 1])]);

    const packets = await packetsIn(client, stream);
    expect(left).toEqual([]);
    expect(packets.map(({ partition, from, events }) => [partition, from, events.length])).toEqual([
      [0, 0, 3],
      [3, 0, 2],
    ]);
    expect(received(packets)).toEqual({ values: { 0: [0, 1, 2], 3: [0, 1] }, skipped: 0 });
  });

  test('in several packets where events were sent in between before', async () => {
    await shuffle.send(sentTo(0, [0, 1, 2, 3]));

    await shuffle.send([...sentTo(0, [0, 1]), ...sentTo(0, [3, 4])]);

    expect(received(await packetsIn(client, stream))).toEqual({ values: { 0: [0, 1, 2, 3, 4] }, skipped: 3 });
  });

  test('whatever is throttled and however the stream is resharded meanwhile', async () => {
    const step = fc.record({
      throttled: fc.boolean(),
      shards: fc.option(fc.integer({ min: 2, max: 4 }), { nil: undefined }),
      counts: fc.array(fc.nat(5), { minLength: PARTITIONS, maxLength: PARTITIONS }),
    });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
      await newStream();
      const totals = Array.from({ length: PARTITIONS }, () => 0);
      let left: readonly SentOutput[] = [];

      for (const { throttled, shards, counts } of steps) {
        isThrottled = () => throttled;
        const fresh = counts.flatMap((count, part) => {
          const numbers = upTo(count).map((number) => number + (totals[part] ?? 0));
          totals[part] = (totals[part] ?? 0) + count;
          return sentTo(part, numbers);
        });
        left = await shuffle.send([...left, ...fresh]);
        if (shards !== undefined) await scale(shards);
      }
      isThrottled = () => false;
      await sendAll(left);

      const { values } = received(await packetsIn(client, stream));
      expect(totals.map((_, part) => values[part] ?? [])).toEqual(totals.map(upTo));
    });

    await fc.assert(property, { numRuns: 12 });
  }, 60_000);

  test('twice, with the same numbers, if the answer to a request is lost', async () => {
    let lost = 0;
    const impatient = newClient();
    impatient.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          if (commandName !== 'PutRecordsCommand' || lost === 1) return answer;
          lost += 1;
          throw Object.assign(new Error('socket timed out'), { name: 'TimeoutError' });
        },
      { step: 'deserialize' },
    );

    const left = await shuffleVia(impatient).send(sentTo(1, [0, 1, 2]));

    impatient.destroy();
    expect(left).toEqual([]);
    expect(received(await packetsIn(client, stream))).toEqual({ values: { 1: [0, 1, 2] }, skipped: 3 });
  });
});

describe('what could not be sent', () => {
  test('is handed back, with all behind it of the same part; other parts are sent', async () => {
    isThrottled = () => true;
    const outputs = [...sentTo(0, [0, 1]), ...sentTo(1, [0]), ...sentTo(0, [2])];

    const left = await shuffle.send(outputs);

    expect(left).toEqual(sentTo(0, [0, 1, 2]));
    expect(received(await packetsIn(client, stream)).values).toEqual({ 1: [0] });
  });

  test('is all of it once there is no time left', async () => {
    const outputs = sentTo(0, [0, 1]);

    const left = await shuffle.send(outputs, AbortSignal.abort());

    expect(left).toEqual(outputs);
    expect(await packetsIn(client, stream)).toEqual([]);
  });
});

describe('a packet', () => {
  test('has 256 KiB at most, though one event may have more', async () => {
    await sendAll(sentTo(2, upTo(1_400), (number) => noise(number === 700 ? 900_000 : 1_500, number)));

    const packets = await packetsIn(client, stream);
    const large = packets.filter(({ bytes }) => bytes > 256 * 1024);
    expect(large.map(({ from, events }) => [from, events.length])).toEqual([[700, 1]]);
    expect(packets.flatMap(({ events }) => events.map(({ event }) => event.timestamp))).toEqual(upTo(1_400));
  });

  test('has 2,000 events at most, of which a small one takes a few bytes', async () => {
    await sendAll(sentTo(0, upTo(5_000)));

    const packets = await packetsIn(client, stream);
    expect(packets.map(({ events }) => events.length)).toEqual([2_000, 2_000, 1_000]);
    expect(Math.max(...packets.map(({ bytes }) => bytes / 2_000))).toBeLessThan(20);
  });

  test('says where an event came from that no record can hold, and the next one follows', async () => {
    await sendAll(sentTo(0, [0, 1, 2], (number) => (number === 1 ? noise(2_500_000, 1) : 'small')));

    const events = (await packetsIn(client, stream)).flatMap((packet) => packet.events);
    expect(events.map(({ edge }) => edge)).toEqual(['in', TOO_LARGE, 'in']);
    expect(events[1]?.event).toMatchObject({
      key: 'key-0',
      timestamp: 1,
      value: {
        edge: 'in',
        stage: 'orders',
        shardId: 'shardId-000000000007',
        sequenceNumber: '101',
        index: 0,
      },
    });
  });
});

test('peers are the open shards of the stream that is read', async () => {
  await scale(4);

  const peers = await shuffle.peers();

  expect(peers.map((peer) => peer.slice(-2))).toEqual(['02', '03', '04', '05']);
});
