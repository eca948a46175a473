import {
  DescribeStreamSummaryCommand,
  ListShardsCommand,
  type KinesisClient,
  type ListShardsCommandInput,
  type ListShardsCommandOutput,
} from '@aws-sdk/client-kinesis';
import type { ShardLineage } from './lineage.ts';

export function streamNameOf(streamArn: string): string {
  return streamArn.slice(streamArn.lastIndexOf('/') + 1);
}

/** Every shard the stream still holds records of, closed ones included. */
export async function listShards(
  client: KinesisClient,
  streamName: string,
): Promise<readonly ShardLineage[]> {
  const shards: ShardLineage[] = [];
  let page: ListShardsCommandInput | undefined = { StreamName: streamName };
  while (page !== undefined) {
    const answer: ListShardsCommandOutput = await client.send(new ListShardsCommand(page));
    for (const { ShardId, ParentShardId, AdjacentParentShardId } of answer.Shards ?? []) {
      if (ShardId === undefined) continue;
      const parents = [ParentShardId, AdjacentParentShardId].filter((parent) => parent !== undefined);
      shards.push({ shardId: ShardId, parents });
    }
    page = answer.NextToken === undefined ? undefined : { NextToken: answer.NextToken };
  }
  return shards;
}

export async function retentionMs(client: KinesisClient, streamName: string): Promise<number> {
  const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName: streamName }));
  return (answer.StreamDescriptionSummary?.RetentionPeriodHours ?? 24) * 3_600_000;
}
