import {
  ListShardsCommand,
  PutRecordsCommand,
  type KinesisClient,
  type Shard,
} from '@aws-sdk/client-kinesis';
import { encodeControlRecord, RetryableError } from '../model/index.ts';
import { TICK_EVENT } from '../plan/index.ts';

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const MOST_RECORDS = 500;

/** Whether a function was called to let time pass, and not with records. */
export function isTickEvent(event: unknown): event is typeof TICK_EVENT {
  return (
    typeof event === 'object' &&
    event !== null &&
    'millrace' in event &&
    event.millrace === TICK_EVENT.millrace
  );
}

/**
 * Puts a tick into each shard of a stream that can get records: found anew each time, so shards that were split or merged
 * meanwhile are followed.
 * @throws RetryableError if a shard didn't take it; the next tick says the same
 */
export async function tickStream(client: KinesisClient, StreamName: string): Promise<number> {
  const open = await openShards(client, StreamName);
  for (let start = 0; start < open.length; start += MOST_RECORDS) {
    const { FailedRecordCount = 0 } = await client.send(
      new PutRecordsCommand({
        StreamName,
        Records: open.slice(start, start + MOST_RECORDS).map(({ HashKeyRange }) => ({
          PartitionKey: 'tick',
          ExplicitHashKey: HashKeyRange?.StartingHashKey,
          Data: encodeControlRecord({ kind: 'tick' }),
        })),
      }),
    );
    if (FailedRecordCount === 0) continue;
    throw new RetryableError(
      `${FailedRecordCount} shards of "${StreamName}" did not take a tick; the next one says the same`,
      { code: 'MR2006' },
    );
  }
  return open.length;
}

async function openShards(client: KinesisClient, StreamName: string): Promise<readonly Shard[]> {
  const open: Shard[] = [];
  for (
    let NextToken: string | undefined, isFirst = true;
    isFirst || NextToken !== undefined;
    isFirst = false
  ) {
    const page = await client.send(
      new ListShardsCommand(NextToken === undefined ? { StreamName } : { NextToken }),
    );
    const shards = page.Shards ?? [];
    open.push(
      ...shards.filter(({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber === undefined),
    );
    ({ NextToken } = page);
  }
  return open;
}
