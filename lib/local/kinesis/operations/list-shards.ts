import type { ListShardsOutput } from '@aws-sdk/client-kinesis';
import { invalidArgument, KinesisError } from '../errors.ts';
import {
  type Input,
  isKeyOf,
  optionalInteger,
  optionalStructure,
  optionalText,
  optionalTimestamp,
  present,
  requiredKeyOf,
  requiredText,
} from '../input.ts';
import type { Shard } from '../shard.ts';
import type { KinesisStore } from '../store.ts';
import type { Stream } from '../stream.ts';
import { decodeToken, encodeToken } from '../tokens.ts';
import { describeShard, SHARD_ID } from './shard-of.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html */
const PAGE = { min: 1, max: 10_000 };
const DEFAULT_PAGE = 1000;
const TOKEN_LIFETIME_MS = 300_000;
const NEXT_TOKEN = { maxLength: 1_048_576 };

/** Where a listing goes on, with the filter it began with. */
interface Cursor {
  readonly stream: Stream;
  readonly after: string;
  readonly filter: FilterType;
  /** Milliseconds; of the filters at or from a time. */
  readonly timestamp: number;
}

type FilterType = keyof typeof FILTERS;

/** Which shards a filter lets through. A time before the stream existed means its beginning. */
const FILTERS = {
  AFTER_SHARD_ID: () => true,
  FROM_TRIM_HORIZON: () => true,
  AT_LATEST: (shard: Shard) => shard.closedAt === undefined,
  AT_TRIM_HORIZON: (shard: Shard, { stream }: Cursor) =>
    shard.isOpenAt(Math.max(stream.createdAt, stream.trimHorizon)),
  AT_TIMESTAMP: (shard: Shard, { stream, timestamp }: Cursor) =>
    shard.isOpenAt(Math.max(stream.createdAt, timestamp)),
  FROM_TIMESTAMP: (shard: Shard, { timestamp }: Cursor) =>
    shard.closedAt === undefined || shard.closedAt > timestamp,
} as const;

export function listShards(store: KinesisStore, input: Input): ListShardsOutput {
  const limit = optionalInteger(input, 'MaxResults', PAGE) ?? DEFAULT_PAGE;
  const token = optionalText(input, 'NextToken', NEXT_TOKEN);
  const cursor = token === undefined ? firstCursor(store, input) : nextCursor(store, input, token);
  const rest = cursor.stream
    .shards()
    .filter((shard) => shard.id > cursor.after && FILTERS[cursor.filter](shard, cursor));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const isLastPage = last === undefined || rest.length === page.length;
  return {
    Shards: page.map(describeShard),
    NextToken: isLastPage ? undefined : encodeCursor({ ...cursor, after: last.id }, store.now()),
  };
}

function firstCursor(store: KinesisStore, input: Input): Cursor {
  const stream = store.streamOf(input);
  const after = optionalText(input, 'ExclusiveStartShardId', SHARD_ID) ?? '';
  const shardFilter = optionalStructure(input, 'ShardFilter');
  if (shardFilter === undefined) return { stream, after, filter: 'FROM_TRIM_HORIZON', timestamp: 0 };
  const filter = requiredKeyOf(shardFilter, 'Type', FILTERS);
  const timestamp = optionalTimestamp(shardFilter, 'Timestamp');
  return {
    stream,
    after: filter === 'AFTER_SHARD_ID' ? requiredText(shardFilter, 'ShardId', SHARD_ID) : after,
    filter,
    timestamp: filter.endsWith('_TIMESTAMP') ? present('Timestamp', timestamp) : 0,
  };
}

function encodeCursor({ stream, after, filter, timestamp }: Cursor, now: number): string {
  return encodeToken('shards-1', [stream.name, stream.spec.incarnation, after, filter, timestamp, now]);
}

function nextCursor(store: KinesisStore, input: Input, token: string): Cursor {
  if (input['StreamName'] !== undefined || input['ShardFilter'] !== undefined) {
    throw invalidArgument('NextToken cannot be specified together with StreamName or ShardFilter.');
  }
  const [name, incarnation, after, filter, timestamp, issuedAt] = decodeToken('shards-1', token) ?? [];
  const stream = typeof name === 'string' ? store.stream(name) : undefined;
  if (
    stream === undefined ||
    stream.spec.incarnation !== incarnation ||
    typeof after !== 'string' ||
    !isKeyOf(FILTERS, filter) ||
    typeof timestamp !== 'number' ||
    typeof issuedAt !== 'number'
  ) {
    throw invalidArgument('Invalid NextToken.');
  }
  if (store.now() - issuedAt > TOKEN_LIFETIME_MS) {
    throw new KinesisError(
      'ExpiredNextTokenException',
      'The pagination token passed to the operation is expired.',
    );
  }
  return { stream, after, filter, timestamp };
}
