import { MergeShardsCommand, SplitShardCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { openShards } from '../../aws/open-shards.ts';
import { DefinitionError } from '../../model/index.ts';

interface KeyRange {
  readonly shardId: string;
  readonly first: bigint;
  readonly last: bigint;
}

/** Splits the open shard with the widest range of hash keys in the middle. */
export async function splitWidest(client: KinesisClient, StreamName: string): Promise<string> {
  const widths = (await openRanges(client, StreamName)).toSorted((a, b) => (width(a) > width(b) ? -1 : 1));
  const [widest] = widths;
  if (widest === undefined) throw new DefinitionError(`stream "${StreamName}" has no open shard`);
  const NewStartingHashKey = String(widest.first + width(widest) / 2n + 1n);
  await client.send(new SplitShardCommand({ StreamName, ShardToSplit: widest.shardId, NewStartingHashKey }));
  return `${widest.shardId} was split`;
}

/** Merges the two open neighbours whose ranges of hash keys are the narrowest. */
export async function mergeNarrowest(client: KinesisClient, StreamName: string): Promise<string> {
  const shards = (await openRanges(client, StreamName)).toSorted((a, b) => (a.first < b.first ? -1 : 1));
  const pairs = shards.slice(1).map((right, index) => ({ left: shards[index], right }));
  const [narrowest] = pairs.toSorted((a, b) => (span(a) < span(b) ? -1 : 1));
  if (narrowest?.left === undefined) {
    throw new DefinitionError(`stream "${StreamName}" has one open shard; split it first`);
  }
  const { left, right } = narrowest;
  await client.send(
    new MergeShardsCommand({
      StreamName,
      ShardToMerge: left.shardId,
      AdjacentShardToMerge: right.shardId,
    }),
  );
  return `${left.shardId} and ${right.shardId} were merged`;
}

/** The shards that can get records, with the hash keys of each. */
async function openRanges(client: KinesisClient, StreamName: string): Promise<readonly KeyRange[]> {
  const open = await openShards(client, { StreamName });
  return open.map(({ ShardId = '', HashKeyRange }) => ({
    shardId: ShardId,
    first: BigInt(HashKeyRange?.StartingHashKey ?? 0),
    last: BigInt(HashKeyRange?.EndingHashKey ?? 0),
  }));
}

function width({ first, last }: KeyRange): bigint {
  return last - first;
}

function span({ left, right }: { readonly left: KeyRange | undefined; readonly right: KeyRange }): bigint {
  return right.last - (left?.first ?? 0n);
}
