import type { KinesisEvent, KinesisEventRecord } from '../../lib/aws/kinesis-event.ts';
import type { InputRecord } from '../../lib/model/index.ts';

/** Where the records of an event come from, and what the mapping's window says. */
export interface Delivery {
  readonly streamArn: string;
  readonly shardId: string;
  readonly state: unknown;
  readonly isFinal: boolean;
}

/** As the event source mapping would deliver it, in the window of one minute. */
export function stageEvent(
  records: readonly InputRecord[],
  { streamArn, shardId, state, isFinal }: Delivery,
): KinesisEvent {
  return {
    Records: records.map((record) => eventRecord(streamArn, shardId, record)),
    window: { start: '2026-01-01T12:00:00Z', end: '2026-01-01T12:01:00Z' },
    state,
    shardId,
    eventSourceARN: streamArn,
    isFinalInvokeForWindow: isFinal,
    isWindowTerminatedEarly: false,
  };
}

/** One record of it. */
export function eventRecord(
  eventSourceARN: string,
  shardId: string,
  { sequenceNumber, partitionKey, data, arrival }: InputRecord,
): KinesisEventRecord {
  return {
    eventID: `${shardId}:${sequenceNumber}`,
    eventSourceARN,
    kinesis: {
      sequenceNumber,
      partitionKey,
      data: Buffer.from(data).toString('base64'),
      approximateArrivalTimestamp: arrival / 1000,
    },
  };
}
