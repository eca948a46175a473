import type { KinesisEventRecord } from '../lib/aws/kinesis-event.ts';
import type { InputRecord } from '../lib/model/index.ts';

export const STREAM_ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/bench';

const MS_PER_SECOND = 1000;

/** A record as an event source mapping hands it to a function. */
export function eventRecord(
  shardId: string,
  { sequenceNumber, partitionKey, data, arrival }: InputRecord,
): KinesisEventRecord {
  return {
    eventID: `${shardId}:${sequenceNumber}`,
    eventSourceARN: STREAM_ARN,
    kinesis: {
      sequenceNumber,
      partitionKey,
      data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
      approximateArrivalTimestamp: arrival / MS_PER_SECOND,
    },
  };
}
