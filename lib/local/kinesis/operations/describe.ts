import type {
  DescribeStreamOutput,
  DescribeStreamSummaryOutput,
  ListStreamsOutput,
  ListTagsForStreamOutput,
} from '@aws-sdk/client-kinesis';
import { invalidArgument } from '../errors.ts';
import { type Input, optionalInteger, optionalText } from '../input.ts';
import { type KinesisStore, STREAM_NAME } from '../store.ts';
import { decodeToken, encodeToken } from '../tokens.ts';
import type { Stream } from '../stream.ts';
import { describeShard, SHARD_ID } from './shard-of.ts';

const PAGE = { min: 1, max: 10_000 };
const DEFAULT_PAGE = 100;
const TAG_PAGE = { min: 1, max: 50 };
const TAG_KEY = { maxLength: 128 };
const NEXT_TOKEN = { maxLength: 1_048_576 };

export function describeStream(store: KinesisStore, input: Input): DescribeStreamOutput {
  const stream = store.streamOf(input);
  const limit = optionalInteger(input, 'Limit', PAGE) ?? DEFAULT_PAGE;
  const after = optionalText(input, 'ExclusiveStartShardId', SHARD_ID) ?? '';
  const rest = stream.shards().filter((shard) => shard.id > after);
  return {
    StreamDescription: {
      ...streamSummary(stream),
      ...streamSettings(stream),
      Shards: rest.slice(0, limit).map(describeShard),
      HasMoreShards: rest.length > limit,
    },
  };
}

export function describeStreamSummary(store: KinesisStore, input: Input): DescribeStreamSummaryOutput {
  const stream = store.streamOf(input);
  return {
    StreamDescriptionSummary: {
      ...streamSummary(stream),
      ...streamSettings(stream),
      OpenShardCount: stream.openShards.length,
      ConsumerCount: 0,
      MaxRecordSizeInKiB: stream.spec.maxRecordBytes / 1024,
      RecordDistributionStrategy: stream.spec.distribution,
    },
  };
}

export function listStreams(store: KinesisStore, input: Input): ListStreamsOutput {
  const limit = optionalInteger(input, 'Limit', PAGE) ?? DEFAULT_PAGE;
  const after = pageStart(input) ?? optionalText(input, 'ExclusiveStartStreamName', STREAM_NAME) ?? '';
  const rest = store.streams().filter((stream) => stream.name > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    StreamNames: page.map((stream) => stream.name),
    StreamSummaries: page.map(streamSummary),
    HasMoreStreams: rest.length > limit,
    NextToken: rest.length > limit && last !== undefined ? encodeToken('streams-1', [last.name]) : undefined,
  };
}

export function listTags(store: KinesisStore, input: Input): ListTagsForStreamOutput {
  const stream = store.streamOf(input);
  const limit = optionalInteger(input, 'Limit', TAG_PAGE) ?? TAG_PAGE.max;
  const after = optionalText(input, 'ExclusiveStartTagKey', TAG_KEY) ?? '';
  const rest = [...stream.tags.entries()]
    .filter(([key]) => key > after)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    Tags: rest.slice(0, limit).map(([Key, Value]) => ({ Key, Value })),
    HasMoreTags: rest.length > limit,
  };
}

function pageStart(input: Input): string | undefined {
  const token = optionalText(input, 'NextToken', NEXT_TOKEN);
  if (token === undefined) return undefined;
  const name = decodeToken('streams-1', token)?.[0];
  if (typeof name === 'string') return name;
  throw invalidArgument('Invalid NextToken.');
}

function streamSummary(stream: Stream) {
  return {
    StreamName: stream.name,
    StreamARN: stream.arn,
    StreamStatus: stream.status,
    StreamModeDetails: { StreamMode: stream.spec.mode },
    StreamCreationTimestamp: new Date(stream.createdAt),
  };
}

function streamSettings(stream: Stream) {
  return {
    RetentionPeriodHours: stream.retentionHours,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: 'NONE' as const,
  };
}
