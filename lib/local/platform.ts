import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { clientConfig } from './client-config.ts';
import type { LocalEndpoints } from './deployment.ts';
import { startDynamoDbEndpoint } from './dynamodb/index.ts';
import { startKinesisEndpoint } from './kinesis/index.ts';

/** The services a pipeline needs, running in this process, and clients for them. */
export interface LocalPlatform {
  readonly endpoints: LocalEndpoints;
  readonly kinesis: KinesisClient;
  readonly dynamodb: DynamoDBClient;
  readonly dynamodbStreams: DynamoDBStreamsClient;
  stop(): Promise<void>;
}

/** Starts Kinesis and DynamoDB (with its streams) on free ports of the loopback interface, with nothing in them. */
export async function startLocalPlatform(): Promise<LocalPlatform> {
  const [streams, tables] = await Promise.all([startKinesisEndpoint(), startDynamoDbEndpoint()]);
  const kinesis = new KinesisClient(clientConfig(streams.url));
  const dynamodb = new DynamoDBClient(clientConfig(tables.url));
  const dynamodbStreams = new DynamoDBStreamsClient(clientConfig(tables.url));
  return {
    endpoints: { kinesis: streams.url, dynamodb: tables.url },
    kinesis,
    dynamodb,
    dynamodbStreams,
    stop: async () => {
      for (const client of [kinesis, dynamodb, dynamodbStreams]) client.destroy();
      await Promise.all([streams.close(), tables.close()]);
    },
  };
}
