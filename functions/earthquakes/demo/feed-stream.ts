import { setTimeout } from 'node:timers/promises';
import { PutRecordsCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import type { Quake } from '../feed.ts';

const BATCH = 40;
/** Between two batches, so that the week takes a few seconds and there are checkpoints on the way. */
const PAUSE_MS = 60;

/** Puts the quakes into the stream in the order given, and answers with what each shard has got. */
export async function feedStream(
  client: KinesisClient,
  StreamName: string,
  quakes: readonly Quake[],
  onProgress: (fed: number) => void,
): Promise<ReadonlyMap<string, readonly Quake[]>> {
  const shards = new Map<string, Quake[]>();
  for (let start = 0; start < quakes.length; start += BATCH) {
    const batch = quakes.slice(start, start + BATCH);
    const Records = batch.map((quake) => ({
      PartitionKey: quake.net,
      Data: Buffer.from(JSON.stringify(quake)),
    }));
    const { Records: answers = [], FailedRecordCount } = await client.send(
      new PutRecordsCommand({ StreamName, Records }),
    );
    if (FailedRecordCount !== 0) {
      throw new Error(
        `${FailedRecordCount} records were not taken by stream "${StreamName}"; run the demo again`,
      );
    }
    for (const [index, quake] of batch.entries()) {
      const shardId = answers[index]?.ShardId ?? '';
      shards.set(shardId, [...(shards.get(shardId) ?? []), quake]);
    }
    onProgress(start + batch.length);
    await setTimeout(PAUSE_MS);
  }
  return shards;
}
