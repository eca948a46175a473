import {
  ListShardsCommand,
  type KinesisClient,
  type ListShardsCommandInput,
  type Shard,
} from '@aws-sdk/client-kinesis';

/** The shards of a stream that can get records. */
export async function openShards(
  client: KinesisClient,
  stream: Pick<ListShardsCommandInput, 'StreamName' | 'StreamARN'>,
): Promise<readonly Shard[]> {
  const open: Shard[] = [];
  let page: ListShardsCommandInput = stream;
  for (;;) {
    const { Shards = [], NextToken } = await client.send(new ListShardsCommand(page));
    open.push(
      ...Shards.filter(({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber === undefined),
    );
    if (NextToken === undefined) return open;
    page = { NextToken };
  }
}
