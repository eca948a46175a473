import { CreateStreamCommand, KinesisClient, UpdateShardCountCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { KinesisInputStream } from '../../lib/aws/kinesis-input-stream.ts';
import { KinesisShuffle } from '../../lib/aws/index.ts';
import { startKinesisEndpoint, type KinesisEndpoint } from '../../lib/local/index.ts';
import { TOO_LARGE, type Progress, type SentOutput } from '../../lib/model/index.ts';
import {
  noise,
  packetsIn,
  parcelsIn,
  PARTITIONS,
  PRODUCER,
  received,
  sentTo,
  upTo,
} from './shuffle-outputs.ts';

const PREFIX = 'arn:aws:kinesis:us-east-1:000000000000:stream/';
const MOST_SENDS = 50;
const NEXT = 'next';
const PARTS = [0, 1, 2, 3];

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
    ({ left } = await shuffle.send(NEXT, left));
  }
}

describe('what is sent arrives', () => {
  test('once and in order for each part, in one parcel for each shard if it is little', async () => {
    const { left } = await shuffle.send(NEXT, [...sentTo(0, [0, 1, 2]), ...sentTo(3, [0, 1])]);

    const packets = await packetsIn(client, stream);
    expect(left).toEqual([]);
    expect(packets.map(({ partition, from, events }) => [partition, from, events.length])).toEqual([
      [0, 0, 3],
      [3, 0, 2],
    ]);
    expect(received(packets)).toEqual({ values: { 0: [0, 1, 2], 3: [0, 1] }, skipped: 0 });
  });

  test('in several packets where events were sent in between before', async () => {
    await shuffle.send(NEXT, sentTo(0, [0, 1, 2, 3]));

    await shuffle.send(NEXT, [...sentTo(0, [0, 1]), ...sentTo(0, [3, 4])]);

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
        ({ left } = await shuffle.send(NEXT, [...left, ...fresh]));
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

    const { left } = await shuffleVia(impatient).send(NEXT, sentTo(1, [0, 1, 2]));

    impatient.destroy();
    expect(left).toEqual([]);
    expect(received(await packetsIn(client, stream))).toEqual({ values: { 1: [0, 1, 2] }, skipped: 3 });
  });
});

/** Of what the shards take: where it is, its events, and how far its sender has got. */
const told = async (): Promise<readonly unknown[]> =>
  (await parcelsIn(client, stream))
    .filter(({ isAstray }) => !isAstray)
    .map(({ shard, packets, progress: said }) => [
      Number(shard.slice(-2)),
      packets.flatMap(({ events }) => events.map(({ event }) => event.value)),
      said?.watermark,
    ]);

describe('how far the sender has got', () => {
  const progress: Progress = { producer: PRODUCER, watermark: 7, peers: [PRODUCER], isEnded: false };
  test('is told to every shard, behind all the events for it', async () => {
    const { isTold } = await shuffle.send(NEXT, sentTo(0, upTo(5_001)), progress);

    expect(isTold).toBe(true);
    expect(await told()).toEqual([
      [0, upTo(5_000), undefined],
      [0, [5_000], 7],
      [1, [], 7],
    ]);
  });

  test('is not told to a shard that lacks events', async () => {
    isThrottled = () => true;

    const { left, isTold } = await shuffle.send(NEXT, [...sentTo(0, [0]), ...sentTo(3, [0])], progress);

    expect([left.length, isTold]).toEqual([1, false]);
    expect(await told()).toEqual([[1, [0], 7]]);
  });

  test.each([
    ['split', 4, [2, 3, 4, 5]],
    ['merged', 1, [2]],
  ])('reaches the children of shards that were %s', async (_, shards, children) => {
    await shuffle.send(NEXT, sentTo(0, [0]));
    await scale(shards);

    const { isTold } = await shuffle.send(NEXT, [], progress);

    expect(isTold).toBe(true);
    expect(await told()).toEqual([[0, [0], undefined], ...children.map((child) => [child, [], 7])]);
  });

  test('costs no look at the shards, unless they have changed', async () => {
    let looks = 0;
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === 'ListShardsCommand') looks += 1;
          return next(args);
        },
      { step: 'initialize', name: 'looks' },
    );
    for (let n = 0; n < 3; n += 1) await shuffle.send(NEXT, [], { ...progress, watermark: n });
    const looksBefore = looks;
    await scale(4);
    for (let n = 0; n < 3; n += 1) await shuffle.send(NEXT, [], { ...progress, watermark: n });
    client.middlewareStack.remove('looks');

    expect([looksBefore, looks]).toEqual([1, 2]);
  });
});

describe('a parcel whose shard is gone when it comes', () => {
  test.each([
    ['was split', 4],
    ['was merged', 1],
  ])('is left alone where it arrives, and sent again: the shard %s', async (_, shards) => {
    await shuffle.send(
      NEXT,
      PARTS.flatMap((part) => sentTo(part, [0])),
    );
    await scale(shards);

    const { left } = await shuffle.send(
      NEXT,
      PARTS.flatMap((part) => sentTo(part, [1, 2])),
    );

    const parcels = await parcelsIn(client, stream);
    expect(left).toEqual([]);
    expect(parcels.filter(({ isAstray }) => isAstray)).toHaveLength(2);
    expect(received(await packetsIn(client, stream))).toEqual({
      values: { 0: [0, 1, 2], 1: [0, 1, 2], 2: [0, 1, 2], 3: [0, 1, 2] },
      skipped: 0,
    });
  });

  test('is handed back if that happens again and again', async () => {
    const unlucky = newClient();
    let shards = 2;
    unlucky.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === 'PutRecordsCommand') await scale((shards = 6 - shards));
          return next(args);
        },
      { step: 'initialize' },
    );

    const { left } = await shuffleVia(unlucky).send(NEXT, sentTo(0, [0, 1]));

    unlucky.destroy();
    expect(left).toEqual(sentTo(0, [0, 1]));
    expect(await packetsIn(client, stream)).toEqual([]);
  });
});

describe('what could not be sent', () => {
  test('is handed back, with all behind it of the same shard; other shards get theirs', async () => {
    isThrottled = () => true;
    const outputs = [...sentTo(0, [0, 1]), ...sentTo(3, [0]), ...sentTo(0, [2])];

    const { left } = await shuffle.send(NEXT, outputs);

    expect(left).toEqual(sentTo(0, [0, 1, 2]));
    expect(received(await packetsIn(client, stream)).values).toEqual({ 3: [0] });
  });

  test('is all of it once there is no time left', async () => {
    const outputs = sentTo(0, [0, 1]);

    const { left } = await shuffle.send(NEXT, outputs, undefined, AbortSignal.abort());

    expect(left).toEqual(outputs);
    expect(await packetsIn(client, stream)).toEqual([]);
  });
});

describe('a parcel', () => {
  test('has 256 KiB at most, though one event may have more', async () => {
    await sendAll(sentTo(2, upTo(1_400), (number) => noise(number === 700 ? 900_000 : 1_500, number)));

    const parcels = await parcelsIn(client, stream);
    const large = parcels.filter(({ bytes }) => bytes > 256 * 1024).flatMap(({ packets }) => packets);
    expect(large.map(({ from, events }) => [from, events.length])).toEqual([[700, 1]]);
    const events = parcels.flatMap(({ packets }) => packets.flatMap((packet) => packet.events));
    expect(events.map(({ event }) => event.timestamp)).toEqual(upTo(1_400));
  });

  test('has 5,000 events at most, of which a small one takes a few bytes', async () => {
    await sendAll([...sentTo(0, upTo(6_000)), ...sentTo(1, upTo(6_000))]);

    const parcels = await parcelsIn(client, stream);
    const counts = parcels.map(({ packets }) => packets.map(({ events }) => events.length));
    expect(counts).toEqual([[5_000], [1_000, 4_000], [2_000]]);
    expect(Math.max(...parcels.map(({ bytes }) => bytes / 5_000))).toBeLessThan(20);
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
