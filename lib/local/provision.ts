import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  ResourceInUseException as TableExists,
  UpdateTimeToLiveCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
  ResourceInUseException as StreamExists,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { setTimeout as delay } from 'node:timers/promises';
import {
  tableStreamArn,
  type BucketResource,
  type StreamResource,
  type TableResource,
} from './assembly/index.ts';

const DEFAULT_RETENTION_HOURS = 24;
const POLL_MS = 20;
const MAX_POLLS = 1500;

/** What a template has to be created, and the services that hold it. */
export interface Provision {
  readonly kinesis: KinesisClient;
  readonly dynamodb: DynamoDBClient;
  /** Needed where there are buckets. */
  readonly s3: S3Client | undefined;
  readonly streams: readonly StreamResource[];
  readonly tables: readonly TableResource[];
  readonly buckets: readonly BucketResource[];
}

/** Creates everything that doesn't exist yet, and waits until it can be used. */
export async function createAll(provision: Provision): Promise<void> {
  const { kinesis, dynamodb, s3, streams, tables, buckets } = provision;
  await Promise.all([
    ...streams.map((stream) => createStream(kinesis, stream)),
    ...tables.map((table) => createTable(dynamodb, table)),
    ...(s3 === undefined ? [] : buckets.map((bucket) => createBucket(s3, bucket))),
  ]);
}

/** What the streams of the tables are called, by what templates call them. */
export async function streamsOfTables(
  client: DynamoDBClient,
  tables: readonly TableResource[],
): Promise<ReadonlyMap<string, string>> {
  const arns = new Map<string, string>();
  for (const { createTableInput } of tables) {
    const { TableName, StreamSpecification } = createTableInput;
    if (StreamSpecification?.StreamEnabled !== true) continue;
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (Table?.LatestStreamArn !== undefined) arns.set(tableStreamArn(TableName), Table.LatestStreamArn);
  }
  return arns;
}

/** Deletes everything with what is in it. */
export async function deleteAll(provision: Provision): Promise<void> {
  const { kinesis, dynamodb, s3, streams, tables, buckets } = provision;
  await Promise.all([
    ...streams.map((stream) => deleteStream(kinesis, stream)),
    ...tables.map((table) => deleteTable(dynamodb, table)),
    ...(s3 === undefined ? [] : buckets.map((bucket) => deleteBucket(s3, bucket))),
  ]);
}

/** Creates a stream and waits until it can be used. One that exists is left as it is. */
async function createStream(client: KinesisClient, stream: StreamResource): Promise<void> {
  const StreamName = stream.name;
  const isNew = await unlessExists(StreamExists, () =>
    client.send(
      new CreateStreamCommand({
        StreamName,
        ...(stream.mode === 'PROVISIONED' && { ShardCount: stream.shardCount }),
        StreamModeDetails: { StreamMode: stream.mode },
        ...(stream.distribution === 'AUTO' && { RecordDistributionStrategy: stream.distribution }),
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
async function createTable(client: DynamoDBClient, table: TableResource): Promise<void> {
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
export async function createBucket(client: S3Client, { name }: Pick<BucketResource, 'name'>): Promise<void> {
  await unlessExists(BucketAlreadyOwnedByYou, () => client.send(new CreateBucketCommand({ Bucket: name })));
}

/** Deletes a stream with what is in it. */
async function deleteStream(client: KinesisClient, { name }: StreamResource): Promise<void> {
  await client.send(new DeleteStreamCommand({ StreamName: name, EnforceConsumerDeletion: true }));
}

/** Deletes a table with what is in it. */
async function deleteTable(client: DynamoDBClient, table: TableResource): Promise<void> {
  await client.send(new DeleteTableCommand({ TableName: table.createTableInput.TableName }));
}

/** Deletes a bucket with what is in it. */
async function deleteBucket(client: S3Client, { name }: BucketResource): Promise<void> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: name })) {
    for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket: name, Key }));
  }
  await client.send(new DeleteBucketCommand({ Bucket: name }));
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
