import {
  DescribeStreamSummaryCommand,
  LimitExceededException,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import { FatalError } from '../model/index.ts';

/**
 * Refuses a stream that doesn't keep the records of a key together.
 * @see https://docs.aws.amazon.com/streams/latest/dev/service-managed-record-distribution.html
 * @returns false if the service has no time to answer: to be asked again
 * @throws FatalError if Kinesis ignores the partition keys of the stream
 */
export async function requireKeyed(client: KinesisClient, StreamARN: string): Promise<boolean> {
  const strategy = await strategyOf(client, StreamARN);
  if (strategy === 'AUTO') {
    throw new FatalError(
      `stream "${StreamARN}" has RecordDistributionStrategy "AUTO", and Kinesis puts the records of a key into any ` +
        'shard; it must be "USER_PARTITION_KEY": switch it back with UpdateStreamRecordDistributionStrategy, or read ' +
        'another stream',
    );
  }
  return strategy !== 'unknown';
}

async function strategyOf(client: KinesisClient, StreamARN: string): Promise<string | undefined> {
  try {
    const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamARN }));
    return StreamDescriptionSummary?.RecordDistributionStrategy;
  } catch (error) {
    if (error instanceof LimitExceededException) return 'unknown';
    throw error;
  }
}
