import { CreateStreamCommand, UpdateShardCountCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { putIntoEachShard } from '../../lib/aws/each-shard.ts';
import { startLocalPlatform, type LocalPlatform } from '../../lib/local/index.ts';
import { logsOf } from './logs-of.ts';

const StreamName = 's';
const RECORD = { PartitionKey: 'p', Data: new Uint8Array([1]) };
let platform: LocalPlatform;

beforeEach(async () => {
  platform = await startLocalPlatform();
  await platform.kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
});
afterEach(() => platform.stop());

async function scale(TargetShardCount: number): Promise<void> {
  await platform.kinesis.send(
    new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }),
  );
}

/** Reshards behind the first answer to an operation, so that what it says is out of date at once. */
function reshardBehind(client: KinesisClient, operation: string, ...counts: readonly number[]): void {
  let isDone = false;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        if (commandName === operation && !isDone) {
          isDone = true;
          for (const count of counts) await scale(count);
        }
        return answer;
      },
    { step: 'initialize' },
  );
}

test('a record reaches every open shard, and no closed one', async () => {
  await scale(4);

  const shards = await putIntoEachShard(platform.kinesis, StreamName, RECORD);

  const logs = await logsOf(platform.kinesis, StreamName, (_, key) => key);
  expect(shards).toBe(4);
  expect(logs).toEqual({ 0: [], 1: [], 2: ['p'], 3: ['p'], 4: ['p'], 5: ['p'] });
});

test('shards that are split before their record comes leave no child without it', async () => {
  reshardBehind(platform.kinesis, 'ListShardsCommand', 4);

  const shards = await putIntoEachShard(platform.kinesis, StreamName, RECORD);

  const logs = await logsOf(platform.kinesis, StreamName, (_, key) => key);
  expect(shards).toBe(4);
  expect(logs).toEqual({ 0: [], 1: [], 2: ['p'], 3: ['p'], 4: ['p'], 5: ['p'] });
});

test('shards that are merged before their record comes get it through the child', async () => {
  reshardBehind(platform.kinesis, 'ListShardsCommand', 1);

  const shards = await putIntoEachShard(platform.kinesis, StreamName, RECORD);

  const logs = await logsOf(platform.kinesis, StreamName, (_, key) => key);
  expect(shards).toBe(1);
  expect(logs).toEqual({ 0: [], 1: [], 2: ['p', 'p'] });
});

test('shards that are split once they have it need it no more: their children go on from them', async () => {
  reshardBehind(platform.kinesis, 'PutRecordsCommand', 4);

  const shards = await putIntoEachShard(platform.kinesis, StreamName, RECORD);

  const logs = await logsOf(platform.kinesis, StreamName, (_, key) => key);
  expect(shards).toBe(2);
  expect(logs).toEqual({ 0: ['p'], 1: ['p'], 2: [], 3: [], 4: [], 5: [] });
});
