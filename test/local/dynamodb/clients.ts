import { CreateTableCommand, DynamoDBClient, type StreamViewType } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type ShardIteratorType,
  type _Record,
} from '@aws-sdk/client-dynamodb-streams';
import { tableRemover } from '../../support/made.ts';

/** Plain clients, as a user has them, that don't retry: a test sees each answer. */
export class Clients {
  readonly dynamodb: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  /** Removes the tables that were made through these clients. */
  readonly removeTables: () => Promise<void>;

  constructor(endpoint: string) {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
    this.dynamodb = new DynamoDBClient(config);
    this.streams = new DynamoDBStreamsClient(config);
    this.removeTables = tableRemover(this.dynamodb);
  }

  destroy(): void {
    this.dynamodb.destroy();
    this.streams.destroy();
  }

  /** A table keyed by the text `id`. Answers the ARN of its stream, or '' if it has none. */
  async createTable(name: string, viewType?: StreamViewType): Promise<string> {
    const { TableDescription: table } = await this.dynamodb.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        ...(viewType && { StreamSpecification: { StreamEnabled: true, StreamViewType: viewType } }),
      }),
    );
    return table?.LatestStreamArn ?? '';
  }

  async shardsOf(streamArn: string): Promise<readonly string[]> {
    const { StreamDescription: stream } = await this.streams.send(
      new DescribeStreamCommand({ StreamArn: streamArn }),
    );
    return (stream?.Shards ?? []).map((shard) => shard.ShardId ?? '');
  }

  /** An iterator into the first shard. */
  async iterator(streamArn: string, type: ShardIteratorType, sequenceNumber?: string): Promise<string> {
    const [shardId] = await this.shardsOf(streamArn);
    return this.#iterator(streamArn, shardId ?? '', type, sequenceNumber);
  }

  /** Everything in a stream so far, shard by shard. */
  async recordsOf(streamArn: string): Promise<readonly _Record[]> {
    const records: _Record[] = [];
    for (const shardId of await this.shardsOf(streamArn)) {
      records.push(...(await this.read(await this.#iterator(streamArn, shardId, 'TRIM_HORIZON'))).records);
    }
    return records;
  }

  /** The records from an iterator on, to the first page that has none; and the iterator after them. */
  async read(
    iterator: string,
    limit = 1000,
  ): Promise<{ records: readonly _Record[]; next: string | undefined }> {
    const records: _Record[] = [];
    let next: string | undefined = iterator;
    for (;;) {
      const page: { Records?: _Record[] | undefined; NextShardIterator?: string | undefined } =
        await this.streams.send(new GetRecordsCommand({ ShardIterator: next, Limit: limit }));
      records.push(...(page.Records ?? []));
      next = page.NextShardIterator;
      if (next === undefined || page.Records?.length === 0) return { records, next };
    }
  }

  async #iterator(
    streamArn: string,
    shardId: string,
    type: ShardIteratorType,
    sequenceNumber?: string,
  ): Promise<string> {
    const { ShardIterator: iterator } = await this.streams.send(
      new GetShardIteratorCommand({
        StreamArn: streamArn,
        ShardId: shardId,
        ShardIteratorType: type,
        ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
      }),
    );
    return iterator ?? '';
  }
}

/** What a test asserts of a stream record: its kind and its images. */
export function changeOf({ eventName, dynamodb }: _Record): readonly unknown[] {
  return [eventName, dynamodb?.Keys, dynamodb?.OldImage, dynamodb?.NewImage];
}
