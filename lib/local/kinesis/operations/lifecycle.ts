import { ACCOUNT } from '../account.ts';
import { invalidArgument, violates } from '../errors.ts';
import {
  type Input,
  optionalChoice,
  optionalInteger,
  optionalStructure,
  present,
  requiredChoice,
  requiredInteger,
  requiredText,
} from '../input.ts';
import { type KinesisStore, STREAM_NAME } from '../store.ts';
import type { Stream } from '../stream.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html */
const ON_DEMAND_SHARDS = 4;
const SHARD_COUNT = { min: 1, max: 1_000_000 };
const RECORD_KIB = { min: 1024, max: 10_240 };
const RETENTION_HOURS = { min: 24, max: 8760 };
const DISTRIBUTIONS = ['AUTO', 'USER_PARTITION_KEY'] as const;

export function createStream(store: KinesisStore, input: Input): object {
  const details = optionalStructure(input, 'StreamModeDetails');
  const mode =
    details === undefined
      ? 'PROVISIONED'
      : requiredChoice(details, 'StreamMode', ['PROVISIONED', 'ON_DEMAND']);
  const stream = store.create({
    name: requiredText(input, 'StreamName', STREAM_NAME),
    shardCount: mode === 'ON_DEMAND' ? ON_DEMAND_SHARDS : requiredInteger(input, 'ShardCount', SHARD_COUNT),
    mode,
    distribution: optionalChoice(input, 'RecordDistributionStrategy', DISTRIBUTIONS) ?? 'USER_PARTITION_KEY',
    maxRecordBytes: (optionalInteger(input, 'MaxRecordSizeInKiB', RECORD_KIB) ?? RECORD_KIB.min) * 1024,
  });
  tag(stream, optionalStructure(input, 'Tags') ?? {});
  return {};
}

export function deleteStream(store: KinesisStore, input: Input): object {
  store.delete(store.streamOf(input));
  return {};
}

export function increaseRetention(store: KinesisStore, input: Input): object {
  const stream = store.streamOf(input);
  const hours = requiredInteger(input, 'RetentionPeriodHours', RETENTION_HOURS);
  if (hours < stream.retentionHours) throw wrongRetention(stream, hours, 'shorter', 'increase');
  stream.retain(hours);
  return {};
}

export function decreaseRetention(store: KinesisStore, input: Input): object {
  const stream = store.streamOf(input);
  const hours = requiredInteger(input, 'RetentionPeriodHours', RETENTION_HOURS);
  if (hours > stream.retentionHours) throw wrongRetention(stream, hours, 'longer', 'decrease');
  stream.retain(hours);
  return {};
}

export function addTags(store: KinesisStore, input: Input): object {
  tag(store.streamOf(input), present('Tags', optionalStructure(input, 'Tags')));
  return {};
}

export function removeTags(store: KinesisStore, input: Input): object {
  const stream = store.streamOf(input);
  const keys = input['TagKeys'];
  if (!Array.isArray(keys)) throw violates('TagKeys', keys, 'Member must be a list of strings');
  for (const key of keys) stream.tags.delete(String(key));
  return {};
}

function tag(stream: Stream, tags: Input): void {
  const entries = Object.entries(tags).map(([key, value]) => {
    if (typeof value !== 'string') throw violates('Tags', tags, 'Map values must be strings');
    return [key, value] as const;
  });
  for (const [key, value] of entries) stream.tags.set(key, value);
}

function wrongRetention(stream: Stream, hours: number, comparison: string, verb: string): Error {
  return invalidArgument(
    `Requested retention period (${hours} hours) for stream ${stream.name} under account ${ACCOUNT} can not be ${comparison} than existing retention period (${stream.retentionHours} hours). Use ${verb === 'increase' ? 'DecreaseRetentionPeriod' : 'IncreaseRetentionPeriod'} API.`,
  );
}
