import {
  ListShardsCommand,
  MergeShardsCommand,
  SplitShardCommand,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import { DefinitionError } from '../../model/index.ts';

interface OpenShard {
  readonly shardId: string;
  readonly first: bigint;
  readonly last: bigint;
}

/** Splits the open shard with the widest range of hash keys in the middle. */
export async function splitWidest(client: KinesisClient, StreamName: string): Promise<string> {
  const widths = (await openShards(client, StreamName)).toSorted((a, b) => (width(a) > width(b) ? -1 : 1));
  const [widest] = widths;
  if (widest === undefined) throw new DefinitionError(`stream "${StreamName}" has no open shard`);
  const NewStartingHashKey = String(widest.first + width(widest) / 2n + 1n);
  await client.send(new SplitShardCommand({ StreamName, ShardToSplit: widest.shardId, NewStartingHashKey }));
  return `${widest.shardId} was split`;
}

/** Merges the two open neighbours whose ranges of hash keys are the narrowest. */
export async function mergeNarrowest(client: KinesisClient, StreamName: string): Promise<string> {
  const shards = (await openShards(client, StreamName)).toSorted((a, b) => (a.first < b.first ? -1 : 1));
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

async function openShards(client: KinesisClient, StreamName: string): Promise<readonly OpenShard[]> {
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
  return Shards.filter(
    ({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber === undefined,
  ).map(({ ShardId = '', HashKeyRange }) => ({
    shardId: ShardId,
    first: BigInt(HashKeyRange?.StartingHashKey ?? 0),
    last: BigInt(HashKeyRange?.EndingHashKey ?? 0),
  }));
}

function width({ first, last }: OpenShard): bigint {
  return last - first;
}

function span({ left, right }: { readonly left: OpenShard | undefined; readonly right: OpenShard }): bigint {
  return right.last - (left?.first ?? 0n);
}
