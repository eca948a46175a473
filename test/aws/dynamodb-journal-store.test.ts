import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll } from '@jest/globals';
import { BucketCheckpoints, DynamoDbJournalStore } from '../../lib/aws/index.ts';
import { JOURNAL_KEY } from '../../lib/plan/index.ts';
import { startDynamoDbEndpoint, type DynamoDbEndpoint } from '../../lib/local/dynamodb/index.ts';
import { startS3Endpoint, type S3Endpoint } from '../../lib/local/s3/index.ts';
import { journalStoreContract } from '../journal/store-contract.ts';
import { createTable } from '../support/tables.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const VARIANTS = [
  { name: '', omitsOldItem: false, hasBucket: false },
  {
    name: ', on an endpoint that does not hand back the losing item',
    omitsOldItem: true,
    hasBucket: false,
  },
  { name: ', with all but the smallest checkpoints in a bucket', omitsOldItem: false, hasBucket: true },
];

for (const { name, omitsOldItem, hasBucket } of VARIANTS) {
  let tables: DynamoDbEndpoint;
  let objects: S3Endpoint;
  let dynamodb: DynamoDBClient;
  let s3: S3Client;
  let stores = 0;

  beforeAll(async () => {
    tables = await startDynamoDbEndpoint({ omitOldItemOnConditionFailure: omitsOldItem });
    objects = await startS3Endpoint();
    dynamodb = new DynamoDBClient({ endpoint: tables.url, region: 'us-east-1', credentials });
    s3 = new S3Client({ endpoint: objects.url, region: 'us-east-1', credentials });
    await s3.send(new CreateBucketCommand({ Bucket: 'checkpoints' }));
  });

  afterAll(async () => {
    dynamodb.destroy();
    s3.destroy();
    await tables.close();
    await objects.close();
  });

  journalStoreContract(`the journal store in DynamoDB${name}`, async (slots) => {
    stores += 1;
    const table = `journal-${stores}`;
    await createTable(dynamodb, table, JOURNAL_KEY);
    const bucket = hasBucket
      ? new BucketCheckpoints({ bucket: 'checkpoints', prefix: table, client: s3 })
      : undefined;
    // A checkpoint "old" goes to the table, and one "kept" to the bucket, if there is one.
    return new DynamoDbJournalStore(dynamodb, table, { slots, bucket, tableLimitBytes: 3 });
  });
}
