import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { encodeControlRecord } from '../model/index.ts';
import { TICK_EVENT } from '../plan/index.ts';
import { putIntoEachShard } from './each-shard.ts';

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
export function tickStream(client: KinesisClient, StreamName: string): Promise<number> {
  return putIntoEachShard(client, StreamName, {
    PartitionKey: 'tick',
    Data: encodeControlRecord({ kind: 'tick' }),
  });
}
