import {
  DescribeStreamCommand,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  TrimmedDataAccessException,
  type _Record,
  type DynamoDBStreamsClient,
  type GetShardIteratorCommandInput,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';
import type { SourceRecord } from './kinesis-event.ts';
import type { ShardLineage } from './lineage.ts';
import type { ShardReader } from './shard-reader.ts';
import type { ReadResult } from './shard-state.ts';
import type { ShardStart, SourceReading } from './source-reading.ts';

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
const RETENTION_MS = 24 * 60 * 60 * 1000;
const MOST_RECORDS = 1_000;

/** The changes of a table, as a mapping reads them. */
export function tableReading(client: DynamoDBStreamsClient, StreamArn: string): SourceReading {
  return {
    listShards: () => listShards(client, StreamArn),
    retentionMs: async () => RETENTION_MS,
    readerOf: (ShardId, start) => createReader(client, { StreamArn, ShardId }, start),
  };
}

async function listShards(
  client: DynamoDBStreamsClient,
  StreamArn: string,
): Promise<readonly ShardLineage[]> {
  const shards: Shard[] = [];
  let last: string | undefined;
  do {
    const { StreamDescription } = await client.send(
      new DescribeStreamCommand({ StreamArn, ...(last !== undefined && { ExclusiveStartShardId: last }) }),
    );
    shards.push(...(StreamDescription?.Shards ?? []));
    last = StreamDescription?.LastEvaluatedShardId;
  } while (last !== undefined);
  return shards.map(({ ShardId = '', ParentShardId }) => ({
    shardId: ShardId,
    parents: ParentShardId === undefined ? [] : [ParentShardId],
  }));
}

type ShardName = Pick<GetShardIteratorCommandInput, 'StreamArn' | 'ShardId'>;

/** An expired iterator is replaced by one after the last record read. What has left the stream is passed over. */
function createReader(client: DynamoDBStreamsClient, shard: ShardName, start: ShardStart): ShardReader {
  let { after } = start;
  let iterator: string | undefined;
  const Limit = Math.min(start.limit, MOST_RECORDS);
  // A mapping that began with LATEST and is started again. Streams of tables have no AT_TIMESTAMP.
  const firstMs = start.origin.kind === 'at-timestamp' ? start.origin.timestampMs : 0;

  async function acquire(): Promise<string | undefined> {
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ ...shard, ...whereOf(after, start) }),
    );
    return ShardIterator;
  }

  async function read(): Promise<ReadResult> {
    iterator ??= await acquire();
    try {
      const answer = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit }));
      iterator = answer.NextShardIterator;
      const records = (answer.Records ?? []).map(toSourceRecord);
      after = records.at(-1)?.sequenceNumber ?? after;
      return {
        records: records.filter(({ arrivalMs }) => arrivalMs >= firstMs),
        isAtTip: records.length < Limit,
        isEnd: iterator === undefined,
      };
    } catch (error) {
      iterator = undefined;
      if (error instanceof TrimmedDataAccessException) after = undefined;
      else if (!(error instanceof ExpiredIteratorException)) throw error;
      return read();
    }
  }

  return { read };
}

function whereOf(
  after: string | undefined,
  { origin }: ShardStart,
): Pick<GetShardIteratorCommandInput, 'ShardIteratorType' | 'SequenceNumber'> & {
  ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' | 'TRIM_HORIZON' | 'LATEST';
} {
  if (after !== undefined) return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after };
  return { ShardIteratorType: origin.kind === 'latest' ? 'LATEST' : 'TRIM_HORIZON' };
}

const utf8 = new TextEncoder();

/** Its data is the record's own part of the event, as JSON: what the stream says of it, with bytes in base64. */
function toSourceRecord({ eventID, eventName, eventVersion, dynamodb = {} }: _Record): SourceRecord {
  const { ApproximateCreationDateTime: created, ...change } = dynamodb;
  const seconds = (created?.getTime() ?? 0) / 1000;
  const entry = {
    eventID,
    eventName,
    eventVersion,
    eventSource: 'aws:dynamodb',
    dynamodb: { ApproximateCreationDateTime: seconds, ...change },
  };
  const text = JSON.stringify(entry, (name, value: unknown) => (name === 'B' ? base64(value) : value));
  return {
    sequenceNumber: change.SequenceNumber ?? '',
    partitionKey: keyOf(change.Keys),
    data: utf8.encode(text),
    arrivalMs: seconds * 1000,
  };
}

/** The key of an item, in a form that doesn't depend on the order of its attributes. */
function keyOf(keys: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify(Object.entries(keys).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Bytes, which a buffer has made an object of before JSON sees them. */
function base64(bytes: unknown): unknown {
  if (bytes instanceof Uint8Array) return Buffer.from(bytes).toString('base64');
  const isBuffer =
    typeof bytes === 'object' && bytes !== null && 'data' in bytes && Array.isArray(bytes.data);
  return isBuffer ? Buffer.from(bytes.data as number[]).toString('base64') : bytes;
}
