import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { clientConfig } from './client-config.ts';
import type { LocalEndpoints } from './deployment.ts';
import { startDynamoDbEndpoint, type DynamoDbEndpointOptions } from './dynamodb/index.ts';
import { startKinesisEndpoint } from './kinesis/index.ts';
import { startS3Endpoint } from './s3/index.ts';

/** The services a pipeline needs, running in this process, and clients for them. */
export interface LocalPlatform {
  readonly endpoints: Required<LocalEndpoints>;
  readonly kinesis: KinesisClient;
  readonly dynamodb: DynamoDBClient;
  readonly dynamodbStreams: DynamoDBStreamsClient;
  readonly s3: S3Client;
  stop(): Promise<void>;
}

export interface LocalPlatformOptions {
  /** What goes wrong with requests to DynamoDB. @default no faults */
  readonly dynamodbFault?: NonNullable<DynamoDbEndpointOptions['fault']>;
}

/** Starts Kinesis, DynamoDB (with its streams) and S3 on free ports of the loopback interface, with nothing in them. */
export async function startLocalPlatform({
  dynamodbFault: fault,
}: LocalPlatformOptions = {}): Promise<LocalPlatform> {
  const [streams, tables, objects] = await Promise.all([
    startKinesisEndpoint(),
    startDynamoDbEndpoint(fault === undefined ? {} : { fault }),
    startS3Endpoint(),
  ]);
  const kinesis = new KinesisClient(clientConfig(streams.url));
  const dynamodb = new DynamoDBClient(clientConfig(tables.url));
  const dynamodbStreams = new DynamoDBStreamsClient(clientConfig(tables.url));
  const s3 = new S3Client(clientConfig(objects.url));
  return {
    endpoints: { kinesis: streams.url, dynamodb: tables.url, s3: objects.url },
    kinesis,
    dynamodb,
    dynamodbStreams,
    s3,
    stop: async () => {
      for (const client of [kinesis, dynamodb, dynamodbStreams, s3]) client.destroy();
      await Promise.all([streams.close(), tables.close(), objects.close()]);
    },
  };
}
