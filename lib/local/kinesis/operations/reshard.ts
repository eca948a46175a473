import type { UpdateShardCountOutput } from '@aws-sdk/client-kinesis';
import { ACCOUNT } from '../account.ts';
import { invalidArgument, KinesisError } from '../errors.ts';
import { areAdjacent } from '../hash-range.ts';
import { type Input, requiredChoice, requiredInteger, requiredText } from '../input.ts';
import type { Shard } from '../shard.ts';
import type { KinesisStore } from '../store.ts';
import type { Stream } from '../stream.ts';
import { shardOf } from './shard-of.ts';

const HASH_KEY = { maxLength: 39, pattern: /^(0|[1-9]\d{0,38})$/ };
const SHARD_COUNT = { min: 1, max: 1_000_000 };

export function splitShard(store: KinesisStore, input: Input): object {
  const stream = reshardableStream(store, input);
  const shard = openShardOf(stream, input, 'ShardToSplit');
  const start = BigInt(requiredText(input, 'NewStartingHashKey', HASH_KEY));
  // The service refuses the key after the first one too: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html
  if (start <= shard.range.start + 1n || start >= shard.range.end) {
    throw invalidArgument(
      `NewStartingHashKey ${start} used in SplitShard() on shard ${shard.id} in stream ${stream.name} under account ${ACCOUNT} is not both greater than one plus the shard's StartingHashKey ${shard.range.start} and less than the shard's EndingHashKey ${shard.range.end}.`,
    );
  }
  store.requireRoomFor(1);
  stream.split(shard, start);
  return {};
}

export function mergeShards(store: KinesisStore, input: Input): object {
  const stream = reshardableStream(store, input);
  const shard = openShardOf(stream, input, 'ShardToMerge');
  const adjacent = openShardOf(stream, input, 'AdjacentShardToMerge');
  if (!areAdjacent(shard.range, adjacent.range)) {
    throw invalidArgument(
      `Shards ${shard.id} and ${adjacent.id} in stream ${stream.name} under account ${ACCOUNT} are not an adjacent pair of shards eligible for merging`,
    );
  }
  stream.merge(shard, adjacent);
  return {};
}

/** The ten calls a day of the service aren't counted. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
export function updateShardCount(store: KinesisStore, input: Input): UpdateShardCountOutput {
  const stream = reshardableStream(store, input);
  requiredChoice(input, 'ScalingType', ['UNIFORM_SCALING']);
  const target = requiredInteger(input, 'TargetShardCount', SHARD_COUNT);
  const current = stream.openShards.length;
  const counts = `Current open shard count: ${current} Target shard count: ${target}`;
  if (target > current * 2) {
    throw invalidArgument(
      `UpdateShardCount cannot scale up over double your current open shard count. ${counts}`,
    );
  }
  if (target < current / 2) {
    throw invalidArgument(
      `UpdateShardCount cannot scale down below half your current open shard count. ${counts}`,
    );
  }
  store.requireRoomFor(Math.max(0, target - current));
  stream.scale(target);
  return {
    StreamName: stream.name,
    StreamARN: stream.arn,
    CurrentShardCount: current,
    TargetShardCount: target,
  };
}

function reshardableStream(store: KinesisStore, input: Input): Stream {
  const stream = store.streamOf(input);
  if (stream.spec.mode === 'ON_DEMAND') {
    throw new KinesisError(
      'ValidationException',
      `Stream ${stream.name} under account ${ACCOUNT} is in on-demand capacity mode; this operation is supported only for streams in provisioned capacity mode.`,
    );
  }
  if (stream.status === 'ACTIVE') return stream;
  throw new KinesisError(
    'ResourceInUseException',
    `Stream ${stream.name} under account ${ACCOUNT} not ACTIVE, instead in state ${stream.status}`,
  );
}

function openShardOf(stream: Stream, input: Input, member: string): Shard {
  const shard = shardOf(stream, input, member);
  if (shard.closedAt === undefined) return shard;
  throw invalidArgument(
    `Shard ${shard.id} in stream ${stream.name} under account ${ACCOUNT} is closed; only open shards can be split or merged.`,
  );
}
