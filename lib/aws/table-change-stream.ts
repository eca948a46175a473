import type * as Streams from '@aws-sdk/client-dynamodb-streams';
import type { InputStream, ShardFacts } from '../engine/index.ts';
import { HASH_KEYS, type InputRecord, type Position } from '../model/index.ts';
import { recordOfChange } from './table-change.ts';

/** Items of a table aren't divided by hash keys one could know: what a shard's children need of it goes to each. */
const LAST_HASH = HASH_KEYS - 1n;
const READ_LIMIT = 1_000;
/**
 * For how long the shards that were listed are taken for those that can get records. All readers of an account may ask
 * ten times a second.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html
 */
const LISTED_MS = 10_000;
/** So many answers without records in a row are the end of what an open shard has. */
const MOST_EMPTY = 100;

/**
 * The stream of a table, read directly. The SDK's client is loaded when it is needed, and comes with the Lambda runtime:
 * most functions never do.
 */
export class TableChangeStream implements InputStream {
  readonly #streamArn: string;
  readonly #now: () => number;
  #client: Streams.DynamoDBStreamsClient | undefined;
  #listed: { readonly shards: readonly Streams.Shard[]; readonly until: number } | undefined;

  constructor(streamArn: string, client?: Streams.DynamoDBStreamsClient, now: () => number = Date.now) {
    this.#streamArn = streamArn;
    this.#client = client;
    this.#now = now;
  }

  /**
   * What has left the stream, as whole shards do in time, is passed over: that it may be missing is told by the time between two records.
   *
   * An answer without records proves nothing, as it can take several to get to the records there are. A shard that has
   * ended says so; of one that is still open nothing tells, so it is asked often.
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
   */
  async *readAfter(ShardId: string, position: Position): AsyncIterable<readonly InputRecord[]> {
    const { sdk, client } = await this.#connected();
    const iteratorAt = async (where: Where): Promise<string | undefined> => {
      const command = new sdk.GetShardIteratorCommand({ StreamArn: this.#streamArn, ShardId, ...where });
      return (await client.send(command)).ShardIterator;
    };
    let iterator: string | undefined;
    try {
      iterator = await iteratorAt(whereOf(position));
    } catch (error) {
      if (error instanceof sdk.ResourceNotFoundException && (await this.describeShard(ShardId)) === undefined)
        return;
      if (!(error instanceof sdk.TrimmedDataAccessException)) throw error;
      iterator = await iteratorAt({ ShardIteratorType: 'TRIM_HORIZON' });
    }
    for (let empty = 0; iterator !== undefined; ) {
      const { Records = [], NextShardIterator } = await client.send(
        new sdk.GetRecordsCommand({ ShardIterator: iterator, Limit: READ_LIMIT }),
      );
      if (Records.length > 0) yield Records.map(recordOfChange);
      empty = Records.length > 0 ? 0 : empty + 1;
      if (empty === MOST_EMPTY && openOf(await this.#shards()).includes(ShardId)) return;
      iterator = NextShardIterator;
    }
  }

  async describeShard(shardId: string): Promise<ShardFacts | undefined> {
    const shard = (await this.#shards()).find(({ ShardId }) => ShardId === shardId);
    return (
      shard && {
        parents: shard.ParentShardId === undefined ? [] : [shard.ParentShardId],
        firstHash: 0n,
        lastHash: LAST_HASH,
      }
    );
  }

  /**
   * The shards that can still get records, as of some seconds ago at most. Any that was described before is seen: a child
   * that says its parent has ended must name itself.
   */
  async openShards(): Promise<readonly string[]> {
    const listed = this.#listed;
    const isFresh = listed !== undefined && this.#now() < listed.until;
    return openOf(isFresh ? listed.shards : await this.#shards());
  }

  async #shards(): Promise<readonly Streams.Shard[]> {
    const { sdk, client } = await this.#connected();
    const shards: Streams.Shard[] = [];
    let last: string | undefined;
    do {
      const { StreamDescription } = await client.send(
        new sdk.DescribeStreamCommand({
          StreamArn: this.#streamArn,
          ...(last !== undefined && { ExclusiveStartShardId: last }),
        }),
      );
      shards.push(...(StreamDescription?.Shards ?? []));
      last = StreamDescription?.LastEvaluatedShardId;
    } while (last !== undefined);
    this.#listed = { shards, until: this.#now() + LISTED_MS };
    return shards;
  }

  async #connected(): Promise<{
    readonly sdk: typeof Streams;
    readonly client: Streams.DynamoDBStreamsClient;
  }> {
    const sdk = await import('@aws-sdk/client-dynamodb-streams');
    this.#client ??= new sdk.DynamoDBStreamsClient({});
    return { sdk, client: this.#client };
  }
}

function openOf(shards: readonly Streams.Shard[]): readonly string[] {
  const open = shards.filter(
    ({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber === undefined,
  );
  return open.map(({ ShardId = '' }) => ShardId);
}

type Where = Pick<Streams.GetShardIteratorCommandInput, 'SequenceNumber'> & {
  ShardIteratorType: 'TRIM_HORIZON' | 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER';
};

function whereOf(position: Position): Where {
  switch (position.kind) {
    case 'shard-start':
      return { ShardIteratorType: 'TRIM_HORIZON' };
    case 'before':
      return { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: position.sequenceNumber };
    case 'after':
      return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position.sequenceNumber };
  }
}
