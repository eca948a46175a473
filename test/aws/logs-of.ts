import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';

/** What every shard of a stream holds, in order, by the shard's number: parents come before their children. */
export async function logsOf<T>(
  client: KinesisClient,
  StreamName: string,
  read: (data: Uint8Array, partitionKey: string) => T,
): Promise<Readonly<Record<number, readonly T[]>>> {
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
  const logs: Record<number, readonly T[]> = {};
  for (const { ShardId = '' } of Shards) {
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    const records: T[] = [];
    let iterator = ShardIterator;
    while (iterator !== undefined) {
      const page = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
      const found = page.Records ?? [];
      records.push(
        ...found.map(({ Data, PartitionKey }) => read(Data ?? new Uint8Array(), PartitionKey ?? '')),
      );
      iterator = found.length === 0 ? undefined : page.NextShardIterator;
    }
    logs[Number(ShardId.replace('shardId-', ''))] = records;
  }
  return logs;
}
