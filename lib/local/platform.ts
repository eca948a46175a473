import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { clientConfig } from './client-config.ts';
import type { LocalEndpoints } from './endpoints.ts';
import { startDynamoDbEndpoint, type DynamoDbEndpointOptions } from './dynamodb/index.ts';
import { givenEndpoints, requireAnswers } from './given-endpoints.ts';
import { KinesisStore, startKinesisEndpoint, type KeptStream } from './kinesis/index.ts';
import { BucketStore, startS3Endpoint, type KeptBuckets } from './s3/index.ts';

/** What streams and buckets hold, as structured data. */
export interface KeptServices {
  readonly streams: readonly KeptStream[];
  readonly buckets: KeptBuckets;
}

/** The services a pipeline needs, and clients for them. */
export interface LocalPlatform {
  readonly endpoints: Required<Omit<LocalEndpoints, 'sqs'>> & Pick<LocalEndpoints, 'sqs'>;
  readonly kinesis: KinesisClient;
  readonly dynamodb: DynamoDBClient;
  readonly dynamodbStreams: DynamoDBStreamsClient;
  readonly s3: S3Client;
  /** To start another platform with. Tables are not part of it. */
  kept(): KeptServices;
  stop(): Promise<void>;
}

/** Which services run in this process, and what they begin with. */
export interface LocalPlatformOptions {
  /**
   * Services that run elsewhere: LocalStack, DynamoDB Local or whatever speaks like AWS.
   * @default those that AWS_ENDPOINT_URL, and AWS_ENDPOINT_URL_KINESIS, _DYNAMODB, _S3 and _SQS name; the others run in
   *   this process, except for SQS
   */
  readonly endpoints?: Partial<LocalEndpoints>;
  /** What goes wrong with requests to DynamoDB, where it runs in this process. @default no faults */
  readonly dynamodbFault?: NonNullable<DynamoDbEndpointOptions['fault']>;
  /** A folder that keeps tables between runs. @default in memory */
  readonly dynamodbPath?: string;
  /** What streams and buckets begin with. @default nothing */
  readonly kept?: KeptServices | undefined;
}

interface Endpoint {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts Kinesis, DynamoDB (with its streams) and S3 on free ports of the loopback interface, with nothing in them; or
 * uses those that run already.
 * @throws DefinitionError if a service that is said to run elsewhere doesn't answer
 */
export async function startLocalPlatform({
  endpoints: given = givenEndpoints(process.env),
  dynamodbFault: fault,
  dynamodbPath: path,
  kept,
}: LocalPlatformOptions = {}): Promise<LocalPlatform> {
  await requireAnswers(given);
  const streamStore = new KinesisStore({ streams: kept?.streams ?? [] });
  const bucketStore = new BucketStore(kept?.buckets);
  const [streams, tables, objects] = await Promise.all([
    given.kinesis === undefined ? startKinesisEndpoint({ store: streamStore }) : elsewhere(given.kinesis),
    given.dynamodb === undefined
      ? startDynamoDbEndpoint({ ...(fault !== undefined && { fault }), ...(path !== undefined && { path }) })
      : elsewhere(given.dynamodb),
    given.s3 === undefined ? startS3Endpoint({ store: bucketStore }) : elsewhere(given.s3),
  ]);
  const kinesis = new KinesisClient(clientConfig(streams.url));
  const dynamodb = new DynamoDBClient(clientConfig(tables.url));
  const dynamodbStreams = new DynamoDBStreamsClient(clientConfig(tables.url));
  const s3 = new S3Client({ ...clientConfig(objects.url), forcePathStyle: true });
  return {
    endpoints: {
      kinesis: streams.url,
      dynamodb: tables.url,
      s3: objects.url,
      ...(given.sqs !== undefined && { sqs: given.sqs }),
    },
    kinesis,
    dynamodb,
    dynamodbStreams,
    s3,
    kept: () => ({ streams: streamStore.kept(), buckets: bucketStore.kept() }),
    stop: async () => {
      for (const client of [kinesis, dynamodb, dynamodbStreams, s3]) client.destroy();
      await Promise.all([streams.close(), tables.close(), objects.close()]);
    },
  };
}

/** It was there before, and stays. */
function elsewhere(url: string): Endpoint {
  return { url, close: async () => {} };
}
