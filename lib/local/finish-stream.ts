import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { putIntoEachShard } from '../aws/each-shard.ts';
import { encodeControlRecord } from '../model/index.ts';

/**
 * Says that the input is complete: puts a `finish` record into each open shard of the stream. Behind it every window
 * closes; what comes later is late.
 */
export async function finishStream(client: KinesisClient, StreamName: string): Promise<void> {
  const Data = encodeControlRecord({ kind: 'finish' });
  await putIntoEachShard(client, StreamName, { PartitionKey: 'finish', Data });
}
