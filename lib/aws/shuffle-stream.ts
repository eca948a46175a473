import { PutRecordsCommand, type KinesisClient, type Shard } from '@aws-sdk/client-kinesis';
import { hashOfPartition, type Packed } from '../model/index.ts';
import { openShards } from './open-shards.ts';

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const MOST_RECORDS = 500;
const MOST_REQUEST_BYTES = 4_500_000;

/** A parcel, as the bytes it is sent as. */
export interface Entry {
  readonly packed: Packed;
  readonly data: Uint8Array;
}

/** Where parcels went. */
export interface Arrivals {
  /** Those that the shard has taken which they were meant for. */
  readonly taken: readonly Entry[];
  /** Another shard has taken some: theirs was split or merged. */
  readonly isAnyAstray: boolean;
}

/** The open shards of a stream, and which of them each part of the keys is at home in. */
export interface Homes {
  readonly open: readonly string[];
  readonly homeOf: (partition: number) => string;
}

/**
 * The stream of a stage behind. Its shards are remembered: whoever sends to one is told which shard has taken the record.
 * If that is another, they have changed, and are found anew.
 */
export class ShuffleStream {
  readonly #client: KinesisClient;
  readonly #name: string;
  readonly #partitions: number;
  #shards: ReadonlyMap<string, Shard> = new Map();
  #homes: Homes | undefined;

  constructor(client: KinesisClient, name: string, partitions: number) {
    this.#client = client;
    this.#name = name;
    this.#partitions = partitions;
  }

  async homes(): Promise<Homes> {
    if (this.#homes === undefined) {
      const shards = await openShards(this.#client, { StreamName: this.#name });
      this.#shards = new Map(shards.map((shard) => [shard.ShardId ?? '', shard]));
      const homes = homesIn(shards, this.#partitions);
      this.#homes = { open: [...this.#shards.keys()], homeOf: (partition) => homes[partition] ?? '' };
    }
    return this.#homes;
  }

  /** Sends parcels, no two of them for the same shard. */
  async put(entries: readonly Entry[], signal: AbortSignal | undefined): Promise<Arrivals> {
    const taken: Entry[] = [];
    let isAnyAstray = false;
    for (const request of requestsOf(entries)) {
      if (signal?.aborted === true) break;
      const { Records = [] } = await this.#client.send(
        new PutRecordsCommand({
          StreamName: this.#name,
          Records: request.map(({ packed: { parcel }, data }) => ({
            Data: data,
            PartitionKey: parcel.producer,
            ExplicitHashKey: this.#shards.get(parcel.shard)?.HashKeyRange?.StartingHashKey,
          })),
        }),
      );
      for (const [index, entry] of request.entries()) {
        const shard = Records[index]?.ShardId;
        if (shard === entry.packed.parcel.shard) taken.push(entry);
        else if (shard !== undefined) isAnyAstray = true;
      }
    }
    if (isAnyAstray) this.#homes = undefined;
    return { taken, isAnyAstray };
  }
}

function homesIn(shards: readonly Shard[], partitions: number): readonly (string | undefined)[] {
  const ranges = shards.map(({ ShardId, HashKeyRange }) => ({
    ShardId,
    first: BigInt(HashKeyRange?.StartingHashKey ?? 0),
    last: BigInt(HashKeyRange?.EndingHashKey ?? 0),
  }));
  return Array.from({ length: partitions }, (_, partition) => {
    const hash = hashOfPartition(partition, partitions);
    return ranges.find(({ first, last }) => first <= hash && hash <= last)?.ShardId;
  });
}

/** Requests no larger than allowed. */
function* requestsOf(entries: readonly Entry[]): Iterable<readonly Entry[]> {
  let request: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (request.length === MOST_RECORDS || (bytes > 0 && bytes + entry.data.length > MOST_REQUEST_BYTES)) {
      yield request;
      request = [];
      bytes = 0;
    }
    request.push(entry);
    bytes += entry.data.length;
  }
  if (request.length > 0) yield request;
}
