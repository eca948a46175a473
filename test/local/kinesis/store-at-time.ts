import { execute, KinesisStore, type KinesisStoreOptions } from '../../../lib/local/kinesis/index.ts';

export const FIRST_SHARD = 'shardId-000000000000';

/** A store with a stream `s` and a clock moved by hand. */
export interface StoreAtTime {
  readonly store: KinesisStore;
  at(time: string): void;
  put(text: string, partitionKey?: string): string;
  iterator(type: string, more?: object): string;
  read(iterator: string | undefined, limit?: number): StoreRead;
  openRanges(): readonly (readonly [bigint, bigint])[];
}

export interface StoreRead {
  readonly texts: readonly string[];
  readonly behind: number | undefined;
  readonly next: string | undefined;
}

export function storeAtTime(shards: number, options: KinesisStoreOptions = {}): StoreAtTime {
  let now = Date.parse('2026-03-01T00:00:00Z');
  const store = new KinesisStore({ now: () => now, ...options });
  execute(store, 'CreateStream', { StreamName: 's', ShardCount: shards });
  return {
    store,
    at: (time) => {
      now = Date.parse(time.length > 12 ? time : `2026-03-01T${time}Z`);
    },
    put: (text, partitionKey = 'key') =>
      execute(store, 'PutRecord', {
        StreamName: 's',
        PartitionKey: partitionKey,
        Data: Buffer.from(text),
      }).SequenceNumber ?? '',
    iterator: (type, more = {}) =>
      execute(store, 'GetShardIterator', {
        StreamName: 's',
        ShardId: FIRST_SHARD,
        ShardIteratorType: type,
        ...more,
      }).ShardIterator ?? '',
    read: (iterator, limit) => {
      const output = execute(store, 'GetRecords', { ShardIterator: iterator, Limit: limit });
      return {
        texts: (output.Records ?? []).map(({ Data }) => Buffer.from(Data ?? []).toString()),
        behind: output.MillisBehindLatest,
        next: output.NextShardIterator,
      };
    },
    openRanges: () => (store.stream('s')?.openShards ?? []).map(({ range }) => [range.start, range.end]),
  };
}
