import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  InvalidArgumentException,
  ListShardsCommand,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
  type GetRecordsCommandOutput,
  type GetShardIteratorCommandInput,
  type _Record,
  type KinesisClient,
  type ListShardsCommandInput,
  type Shard,
} from '@aws-sdk/client-kinesis';
import { setTimeout } from 'node:timers/promises';
import type { InputStream, ShardFacts } from '../engine/index.ts';
import { FatalError, formatPosition, type InputRecord, type Position } from '../model/index.ts';
import { openShards } from './open-shards.ts';

/** The first read asks whether anything is missing at all, and usually nothing is. */
const PROBE_LIMIT = 1;
const READ_LIMIT = 1_000;

/**
 * A shard gives 2 MiB a second. A read may give 10 MiB; those of the next five seconds are refused then.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
 */
const PAUSE_MS = 1_000;
const MOST_PAUSES = 10;

/** A Kinesis stream, read directly. Shares each shard's five reads a second with its other consumers. */
export class KinesisInputStream implements InputStream {
  readonly #client: KinesisClient;
  readonly #streamArn: string;
  readonly #sleep: (ms: number) => Promise<unknown>;

  constructor(
    client: KinesisClient,
    streamArn: string,
    sleep: (ms: number) => Promise<unknown> = setTimeout,
  ) {
    this.#client = client;
    this.#streamArn = streamArn;
    this.#sleep = sleep;
  }

  async *readAfter(shardId: string, position: Position): AsyncIterable<readonly InputRecord[]> {
    let iterator = await this.#iteratorAt(shardId, position);
    let limit = PROBE_LIMIT;
    while (iterator !== undefined) {
      const { Records = [], NextShardIterator, MillisBehindLatest } = await this.#read(iterator, limit);
      if (Records.length > 0) yield Records.map(toInputRecord);
      // An empty answer proves nothing while the shard is said to be ahead.
      else if (MillisBehindLatest === 0) return;
      iterator = NextShardIterator;
      limit = READ_LIMIT;
    }
  }

  /** What has been read would have to be read again if a read of many failed over one that comes too soon. */
  async #read(ShardIterator: string, Limit: number): Promise<GetRecordsCommandOutput> {
    const command = new GetRecordsCommand({ StreamARN: this.#streamArn, ShardIterator, Limit });
    for (let pauses = 0; ; pauses += 1) {
      try {
        return await this.#client.send(command);
      } catch (error) {
        const isTooSoon = error instanceof ProvisionedThroughputExceededException;
        if (!isTooSoon || pauses === MOST_PAUSES) throw error;
      }
      await this.#sleep(PAUSE_MS);
    }
  }

  /**
   * `undefined` if the stream has forgotten the shard, some time after it ended, and nothing is left to be read.
   * @throws FatalError if the position is not one of this shard
   */
  async #iteratorAt(ShardId: string, position: Position): Promise<string | undefined> {
    const command = new GetShardIteratorCommand({
      StreamARN: this.#streamArn,
      ShardId,
      ...whereOf(position),
    });
    try {
      return (await this.#client.send(command)).ShardIterator;
    } catch (error) {
      const isGone =
        error instanceof ResourceNotFoundException && (await this.describeShard(ShardId)) === undefined;
      if (isGone) return undefined;
      if (error instanceof InvalidArgumentException) throw this.#replaced(ShardId, position, error);
      throw error;
    }
  }

  /** A stream that is made anew has shards of the same names, and other sequence numbers. */
  #replaced(shardId: string, position: Position, cause: unknown): FatalError {
    return new FatalError(
      `stream "${this.#streamArn}" has no position "${formatPosition(position)}" in shard "${shardId}", where its journal ` +
        'stands; if the stream was deleted and made anew, deploy the pipeline under a new name, or remove its entries from ' +
        'the journal table',
      { code: 'MR1007', cause },
    );
  }

  /** The shards that can still get records. */
  async openShards(): Promise<readonly string[]> {
    const open = await openShards(this.#client, { StreamARN: this.#streamArn });
    return open.map(({ ShardId = '' }) => ShardId);
  }

  async describeShard(shardId: string): Promise<ShardFacts | undefined> {
    let page: ListShardsCommandInput = { StreamARN: this.#streamArn };
    for (;;) {
      const { Shards = [], NextToken } = await this.#client.send(new ListShardsCommand(page));
      const shard = Shards.find(({ ShardId }) => ShardId === shardId);
      if (shard !== undefined) return toShardFacts(shard);
      if (NextToken === undefined) return undefined;
      page = { NextToken };
    }
  }
}

function toShardFacts({ ParentShardId, AdjacentParentShardId, HashKeyRange }: Shard): ShardFacts {
  return {
    parents: [ParentShardId, AdjacentParentShardId].filter((parent) => parent !== undefined),
    firstHash: BigInt(HashKeyRange?.StartingHashKey ?? 0),
    lastHash: BigInt(HashKeyRange?.EndingHashKey ?? 0),
  };
}

function toInputRecord({
  SequenceNumber = '',
  PartitionKey = '',
  Data = new Uint8Array(),
  ApproximateArrivalTimestamp,
}: _Record): InputRecord {
  return {
    sequenceNumber: SequenceNumber,
    partitionKey: PartitionKey,
    data: Data,
    arrival: ApproximateArrivalTimestamp?.getTime() ?? 0,
  };
}

function whereOf(position: Position): Pick<GetShardIteratorCommandInput, 'StartingSequenceNumber'> & {
  ShardIteratorType: 'TRIM_HORIZON' | 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER';
} {
  switch (position.kind) {
    case 'shard-start':
      return { ShardIteratorType: 'TRIM_HORIZON' };
    case 'before':
      return { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: position.sequenceNumber };
    case 'after':
      return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: position.sequenceNumber };
  }
}
