import { ListShardsCommand, PutRecordCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { encodeControlRecord } from '../model/index.ts';

/**
 * Says that the input is complete: puts a `finish` record into each open shard of the stream. Behind it every window
 * closes; what comes later is late.
 */
export async function finishStream(client: KinesisClient, StreamName: string): Promise<void> {
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
  const open = Shards.filter(
    ({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber === undefined,
  );
  for (const { HashKeyRange } of open) {
    await client.send(
      new PutRecordCommand({
        StreamName,
        PartitionKey: 'finish',
        ExplicitHashKey: HashKeyRange?.StartingHashKey,
        Data: encodeControlRecord({ kind: 'finish' }),
      }),
    );
  }
}
