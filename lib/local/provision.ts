import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException as TableExists,
  UpdateTimeToLiveCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
  ResourceInUseException as StreamExists,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import { BucketAlreadyOwnedByYou, CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { setTimeout as delay } from 'node:timers/promises';
import type { BucketResource, StreamResource, TableResource } from './assembly/index.ts';

const DEFAULT_RETENTION_HOURS = 24;
const POLL_MS = 20;
const MAX_POLLS = 1500;

/** Creates a stream and waits until it can be used. One that exists is left as it is. */
export async function createStream(client: KinesisClient, stream: StreamResource): Promise<void> {
  const StreamName = stream.name;
  const isNew = await unlessExists(StreamExists, () =>
    client.send(
      new CreateStreamCommand({
        StreamName,
        ...(stream.mode === 'PROVISIONED' && { ShardCount: stream.shardCount }),
        StreamModeDetails: { StreamMode: stream.mode },
      }),
    ),
  );
  await until(`stream "${StreamName}"`, async () => {
    const { StreamDescriptionSummary: found } = await client.send(
      new DescribeStreamSummaryCommand({ StreamName }),
    );
    return found?.StreamStatus === 'ACTIVE';
  });
  if (isNew && stream.retentionHours > DEFAULT_RETENTION_HOURS) {
    const RetentionPeriodHours = stream.retentionHours;
    await client.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours }));
  }
}

/** Creates a table and waits until it can be used. One that exists is left as it is. */
export async function createTable(client: DynamoDBClient, table: TableResource): Promise<void> {
  const { TableName } = table.createTableInput;
  const isNew = await unlessExists(TableExists, () =>
    client.send(new CreateTableCommand(table.createTableInput)),
  );
  await until(`table "${TableName}"`, async () => {
    const { Table: found } = await client.send(new DescribeTableCommand({ TableName }));
    return found?.TableStatus === 'ACTIVE';
  });
  if (isNew && table.ttl !== undefined) {
    const TimeToLiveSpecification = { Enabled: true, AttributeName: table.ttl };
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  }
}

/** Creates a bucket. One that exists is left as it is. */
export async function createBucket(client: S3Client, { name }: BucketResource): Promise<void> {
  await unlessExists(BucketAlreadyOwnedByYou, () => client.send(new CreateBucketCommand({ Bucket: name })));
}

async function unlessExists(
  Exists: typeof TableExists | typeof StreamExists | typeof BucketAlreadyOwnedByYou,
  create: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await create();
    return true;
  } catch (error) {
    if (error instanceof Exists) return false;
    throw error;
  }
}

async function until(what: string, isReady: () => Promise<boolean>): Promise<void> {
  for (let polls = 0; polls < MAX_POLLS; polls += 1) {
    if (await isReady()) return;
    await delay(POLL_MS);
  }
  throw new Error(
    `${what} is not active after ${(MAX_POLLS * POLL_MS) / 1000} seconds; look at its endpoint`,
  );
}
