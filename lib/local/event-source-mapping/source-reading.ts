import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { SequenceNumber } from '../../model/sequence-number.ts';
import type { Origin } from './checkpoint.ts';
import type { ShardLineage } from './lineage.ts';
import { createShardReader, type ShardReader } from './shard-reader.ts';
import { listShards, retentionMs, streamNameOf } from './stream.ts';

/** Where the reading of a shard begins: after this record, or at `origin` if there is none. */
export interface ShardStart {
  readonly after: SequenceNumber | undefined;
  readonly origin: Origin;
  /** Records a call, at most. */
  readonly limit: number;
}

/** The stream a mapping reads, whichever service has it. */
export interface SourceReading {
  /** Every shard the stream still holds records of, closed ones included. */
  listShards(): Promise<readonly ShardLineage[]>;
  /** How long a record is kept. */
  retentionMs(): Promise<number>;
  readerOf(shardId: string, start: ShardStart): ShardReader;
}

export function kinesisReading(client: KinesisClient, streamArn: string): SourceReading {
  const streamName = streamNameOf(streamArn);
  return {
    listShards: () => listShards(client, streamName),
    retentionMs: () => retentionMs(client, streamName),
    readerOf: (shardId, start) => createShardReader({ client, streamName, shardId, ...start }),
  };
}
