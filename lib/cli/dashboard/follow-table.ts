import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type AttributeValue,
  type DynamoDBStreamsClient,
} from '@aws-sdk/client-dynamodb-streams';

export interface TableFollower {
  /** Calls back for every change that is in the stream now and was not told yet. */
  catchUp(): Promise<void>;
}

/** Follows a table's DynamoDB stream from its beginning. */
export function followTable(
  client: DynamoDBStreamsClient,
  TableName: string,
  onChange: (item: Readonly<Record<string, AttributeValue>>) => void,
): TableFollower {
  const iterators = new Map<string, string | undefined>();
  let last: Promise<void> = Promise.resolve();

  async function discover(): Promise<void> {
    const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName }));
    const StreamArn = Streams.at(-1)?.StreamArn;
    if (StreamArn === undefined) return;
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
    for (const { ShardId } of StreamDescription?.Shards ?? []) {
      if (ShardId === undefined || iterators.has(ShardId)) continue;
      const from = new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
      iterators.set(ShardId, (await client.send(from)).ShardIterator);
    }
  }

  async function readAll(shardId: string): Promise<void> {
    let ShardIterator = iterators.get(shardId);
    while (ShardIterator !== undefined) {
      const { Records = [], NextShardIterator } = await client.send(new GetRecordsCommand({ ShardIterator }));
      for (const { dynamodb } of Records) if (dynamodb?.NewImage !== undefined) onChange(dynamodb.NewImage);
      iterators.set(shardId, NextShardIterator);
      if (Records.length === 0) return;
      ShardIterator = NextShardIterator;
    }
  }

  return {
    catchUp: () => {
      const next = last.then(async () => {
        await discover();
        for (const shardId of iterators.keys()) await readAll(shardId);
      });
      last = next.catch(() => undefined);
      return next;
    },
  };
}
