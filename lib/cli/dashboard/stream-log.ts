import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';

/** A record as it stands in a shard. */
export interface LogRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  readonly arrivalMs: number;
}

/** Everything a shard holds, in the order of its log. */
export interface ShardLog {
  readonly shardId: string;
  readonly parents: readonly string[];
  readonly isOpen: boolean;
  /** Hash keys, as decimal numbers. */
  readonly range: readonly [first: string, last: string];
  readonly records: readonly LogRecord[];
}

/** Reads a stream from its beginning, further with each call. Parents stand before their children. */
export function streamLog(client: KinesisClient, StreamName: string): () => Promise<readonly ShardLog[]> {
  const records = new Map<string, LogRecord[]>();
  const iterators = new Map<string, string | undefined>();

  async function readOn(ShardId: string): Promise<readonly LogRecord[]> {
    const log = records.get(ShardId) ?? [];
    records.set(ShardId, log);
    if (!iterators.has(ShardId)) {
      const from = new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
      iterators.set(ShardId, (await client.send(from)).ShardIterator);
    }
    for (let ShardIterator = iterators.get(ShardId); ShardIterator !== undefined; ) {
      const { Records = [], NextShardIterator } = await client.send(new GetRecordsCommand({ ShardIterator }));
      log.push(
        ...Records.map((record) => ({
          sequenceNumber: record.SequenceNumber ?? '',
          partitionKey: record.PartitionKey ?? '',
          data: record.Data ?? new Uint8Array(),
          arrivalMs: record.ApproximateArrivalTimestamp?.getTime() ?? 0,
        })),
      );
      iterators.set(ShardId, NextShardIterator);
      ShardIterator = Records.length === 0 ? undefined : NextShardIterator;
    }
    return log;
  }

  return async () => {
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
    const logs: ShardLog[] = [];
    for (const shard of Shards.toSorted((a, b) => ((a.ShardId ?? '') < (b.ShardId ?? '') ? -1 : 1))) {
      const { ShardId = '', ParentShardId, AdjacentParentShardId, HashKeyRange, SequenceNumberRange } = shard;
      logs.push({
        shardId: ShardId,
        parents: [ParentShardId, AdjacentParentShardId].filter((parent) => parent !== undefined),
        isOpen: SequenceNumberRange?.EndingSequenceNumber === undefined,
        range: [HashKeyRange?.StartingHashKey ?? '0', HashKeyRange?.EndingHashKey ?? '0'],
        records: [...(await readOn(ShardId))],
      });
    }
    return logs;
  };
}
