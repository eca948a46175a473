import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { DefinitionError } from '../model/index.ts';
import type { Assembly } from './assembly/index.ts';
import { clientConfig } from './client-config.ts';
import type { LocalEndpoints } from './endpoints.ts';

/** The clients of a local deployment. */
export interface ServiceClients {
  readonly kinesis: KinesisClient;
  readonly dynamodb: DynamoDBClient;
  readonly tableStreams: DynamoDBStreamsClient;
  /** There if the endpoint is given. */
  readonly s3: S3Client | undefined;
  destroy(): void;
}

/**
 * Clients of the services at these endpoints; nothing is connected to yet.
 * @throws DefinitionError if the assembly has a bucket and there is no endpoint for it
 */
export function serviceClients(endpoints: LocalEndpoints, assembly: Assembly): ServiceClients {
  const s3 = s3ClientFor(assembly, endpoints);
  const kinesis = new KinesisClient(clientConfig(endpoints.kinesis));
  const dynamodb = new DynamoDBClient(clientConfig(endpoints.dynamodb));
  const tableStreams = new DynamoDBStreamsClient(clientConfig(endpoints.dynamodb));
  const destroy = (): void => {
    for (const client of [kinesis, dynamodb, tableStreams, s3]) client?.destroy();
  };
  return { kinesis, dynamodb, tableStreams, s3, destroy };
}

function s3ClientFor({ buckets: [bucket] }: Assembly, { s3 }: LocalEndpoints): S3Client | undefined {
  if (s3 !== undefined) return new S3Client({ ...clientConfig(s3), forcePathStyle: true });
  if (bucket === undefined) return undefined;
  throw new DefinitionError(
    `bucket "${bucket.name}" needs an S3 endpoint, and endpoints.s3 is not set; use those of startLocalPlatform()`,
  );
}
