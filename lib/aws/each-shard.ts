import {
  PutRecordsCommand,
  type KinesisClient,
  type PutRecordsRequestEntry,
  type Shard,
} from '@aws-sdk/client-kinesis';
import { RetryableError } from '../model/index.ts';
import { openShards } from './open-shards.ts';

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const MOST_RECORDS = 500;
const MOST_ROUNDS = 4;

/**
 * Puts a record into each open shard of a stream. Shards can be split or merged between being found and being written
 * to: a record meant for one then goes to the child with its first hash key, and to no other. So the answer tells who
 * has it, and shards are found anew until none is left without.
 * @returns how many shards there are
 * @throws RetryableError if some didn't take it
 */
export async function putIntoEachShard(
  client: KinesisClient,
  StreamName: string,
  record: { readonly PartitionKey: string; readonly Data: Uint8Array },
): Promise<number> {
  const reached = new Set<string | undefined>();
  const isMissing = ({ ShardId }: Shard): boolean => !reached.has(ShardId);
  let open: readonly Shard[] = [];
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
    open = await openShards(client, { StreamName });
    const missing = open.filter(isMissing);
    for (let start = 0; start < missing.length; start += MOST_RECORDS) {
      const Records = missing.slice(start, start + MOST_RECORDS).map(
        ({ HashKeyRange }): PutRecordsRequestEntry => ({
          ...record,
          ExplicitHashKey: HashKeyRange?.StartingHashKey,
        }),
      );
      const answer = await client.send(new PutRecordsCommand({ StreamName, Records }));
      for (const { ShardId } of answer.Records ?? []) reached.add(ShardId);
    }
    if (!open.some(isMissing)) return open.length;
  }
  throw new RetryableError(
    `${open.filter(isMissing).length} shards of "${StreamName}" did not take what each of them is told; it is tried again later`,
    { code: 'MR2006' },
  );
}
