import {
  CreateStreamCommand,
  KinesisClient,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { KinesisInputStream } from '../../lib/aws/kinesis-input-stream.ts';
import { startLocalPlatform, type LocalPlatform } from '../../lib/local/index.ts';
import { after, SHARD_START, type InputRecord, type Position } from '../../lib/model/index.ts';

let platform: LocalPlatform;

beforeAll(async () => {
  platform = await startLocalPlatform();
  await platform.kinesis.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 1 }));
});
afterAll(async () => {
  await platform.stop();
});

async function everything(
  stream: string,
  shardId: string,
  position: Position = SHARD_START,
): Promise<readonly InputRecord[]> {
  const arn = `arn:aws:kinesis:us-east-1:000000000000:stream/${stream}`;
  const all: InputRecord[] = [];
  const batches = new KinesisInputStream(platform.kinesis, arn).readAfter(shardId, position);
  for await (const batch of batches) all.push(...batch);
  return all;
}

test('a stream has nothing of a shard it has forgotten', async () => {
  expect(await everything('orders', 'shardId-000000000007')).toEqual([]);
});

test('a stream that is not there is no stream without records', async () => {
  await expect(everything('others', 'shardId-000000000000')).rejects.toThrow(ResourceNotFoundException);
});

test('a position of a stream that was deleted and made anew is an error that says so', async () => {
  const elsewhere = after('49500000000000000000000000000000000000000000000000000002');

  await expect(everything('orders', 'shardId-000000000000', elsewhere)).rejects.toMatchObject({
    code: 'MR1007',
    message:
      'stream "arn:aws:kinesis:us-east-1:000000000000:stream/orders" has no position ' +
      '">49500000000000000000000000000000000000000000000000000002" in shard "shardId-000000000000", where its journal ' +
      'stands; if the stream was deleted and made anew, deploy the pipeline under a new name, or remove its entries from ' +
      'the journal table',
  });
});

test('a read that comes too soon after a large one is tried again until the shard gives more', async () => {
  const tooSoon = new ProvisionedThroughputExceededException({ message: 'rate exceeded', $metadata: {} });
  const client = answering([
    { Records: [{ SequenceNumber: '7' }], NextShardIterator: 'second' },
    tooSoon,
    tooSoon,
    { Records: [{ SequenceNumber: '8' }] },
  ]);
  const pauses: number[] = [];
  const stream = new KinesisInputStream(client, 'arn', async (ms) => pauses.push(ms));

  const found: string[] = [];
  for await (const batch of stream.readAfter('shard', SHARD_START))
    found.push(...batch.map(({ sequenceNumber }) => sequenceNumber));

  expect([found, pauses]).toEqual([
    ['7', '8'],
    [1_000, 1_000],
  ]);
});

/** A client that sends nothing, and answers or fails its reads with these. */
function answering(answers: readonly (object | Error)[]): KinesisClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new KinesisClient({ region: 'us-east-1', credentials });
  const left = [...answers];
  client.middlewareStack.add(
    (_, { commandName }) =>
      async () => {
        const answer = commandName === 'GetRecordsCommand' ? left.shift() : { ShardIterator: 'first' };
        if (answer instanceof Error) throw answer;
        return { response: {}, output: { $metadata: {}, ...answer } };
      },
    { step: 'initialize', priority: 'high' },
  );
  return client;
}
