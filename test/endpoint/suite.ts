import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BucketCheckpoints, DynamoDbJournalStore } from '../../lib/aws/index.ts';
import { clientConfig } from '../../lib/local/client-config.ts';
import { startLocalPlatform, type LocalPlatform } from '../../lib/local/index.ts';
import { JOURNAL_KEY } from '../../lib/plan/index.ts';
import { journalStoreContract } from '../journal/store-contract.ts';
import { dynamoDbContract } from '../local/dynamodb/contract.ts';
import { kinesisContract } from '../local/kinesis/contract.ts';
import { tableRemover } from '../support/made.ts';
import { createTable } from '../support/tables.ts';

/**
 * What this project needs of AWS, asked of whatever AWS_ENDPOINT_URL and its variants name; of the built-in endpoints where
 * they name nothing. Everything it makes there it removes.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEMO_MS = 300_000;

let platform: LocalPlatform;
let dynamodb: DynamoDBClient;
let s3: S3Client;
let removeTables: () => Promise<void>;

beforeAll(async () => {
  platform = await startLocalPlatform();
  dynamodb = new DynamoDBClient(clientConfig(platform.endpoints.dynamodb));
  s3 = new S3Client({ ...clientConfig(platform.endpoints.s3), forcePathStyle: true });
  removeTables = tableRemover(dynamodb);
});

afterAll(async () => {
  await removeTables();
  dynamodb.destroy();
  s3.destroy();
  await platform.stop();
});

const at = (service: 'kinesis' | 'dynamodb') => async () => ({
  url: platform.endpoints[service],
  close: async () => {},
});

describe('pipelines', () => {
  test(
    'an app runs, its handler is killed in every third batch, and its results are exact',
    async () => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', 'functions/earthquakes/demo/main.ts', '--kill-every', '3', '--json'],
        { cwd: ROOT, maxBuffer: 2 ** 26 },
      );

      expect(JSON.parse(stdout)).toMatchObject({ isExact: true, differences: [], changedTwice: [] });
    },
    DEMO_MS,
  );
});

let stores = 0;
for (const hasBucket of [false, true]) {
  journalStoreContract(`journal${hasBucket ? ' with checkpoints in a bucket' : ''}`, async (slots) => {
    stores += 1;
    const table = `journal-${process.pid}-${stores}`;
    await createTable(dynamodb, table, JOURNAL_KEY);
    if (!hasBucket) return new DynamoDbJournalStore(dynamodb, table, { slots });
    const bucket = `checkpoints-${process.pid}`;
    await s3.send(new CreateBucketCommand({ Bucket: bucket })).catch(() => undefined);
    const checkpoints = new BucketCheckpoints({ bucket, prefix: table, client: s3 });
    return new DynamoDbJournalStore(dynamodb, table, { slots, bucket: checkpoints, tableLimitBytes: 3 });
  });
}

kinesisContract('Kinesis', at('kinesis'));
dynamoDbContract('DynamoDB', at('dynamodb'));
