import { CreateStreamCommand, ResourceNotFoundException } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { KinesisInputStream } from '../../lib/aws/kinesis-input-stream.ts';
import { startLocalPlatform, type LocalPlatform } from '../../lib/local/index.ts';
import { SHARD_START, type InputRecord } from '../../lib/model/index.ts';

let platform: LocalPlatform;

beforeAll(async () => {
  platform = await startLocalPlatform();
  await platform.kinesis.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 1 }));
});
afterAll(async () => {
  await platform.stop();
});

async function everything(stream: string, shardId: string): Promise<readonly InputRecord[]> {
  const arn = `arn:aws:kinesis:us-east-1:000000000000:stream/${stream}`;
  const all: InputRecord[] = [];
  const batches = new KinesisInputStream(platform.kinesis, arn).readAfter(shardId, SHARD_START);
  for await (const batch of batches) all.push(...batch);
  return all;
}

test('a stream has nothing of a shard it has forgotten', async () => {
  expect(await everything('orders', 'shardId-000000000007')).toEqual([]);
});

test('a stream that is not there is no stream without records', async () => {
  await expect(everything('others', 'shardId-000000000000')).rejects.toThrow(ResourceNotFoundException);
});
