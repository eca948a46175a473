import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { BucketCheckpoints, DynamoDbJournalStore } from '../../lib/aws/index.ts';
import type { CheckpointRef } from '../../lib/journal/index.ts';
import { startDynamoDbEndpoint, type DynamoDbEndpoint } from '../../lib/local/dynamodb/index.ts';
import { startS3Endpoint, type S3Endpoint } from '../../lib/local/s3/index.ts';
import { FatalError, RetryableError } from '../../lib/model/index.ts';
import { JOURNAL_KEY } from '../../lib/plan/index.ts';
import { entry } from '../journal/store-contract.ts';
import { createTable } from '../support/tables.ts';

const TASK = 'orders/orders/shardId-000000000000';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const MEGABYTE = 1024 * 1024;

let tables: DynamoDbEndpoint;
let objects: S3Endpoint;
let dynamodb: DynamoDBClient;
let s3: S3Client;
/** Lists, but reads nothing. */
let unreadable: S3Client;
let stores = 0;
let table: string;
let store: DynamoDbJournalStore;

beforeAll(async () => {
  tables = await startDynamoDbEndpoint();
  objects = await startS3Endpoint();
  dynamodb = new DynamoDBClient({ endpoint: tables.url, region: 'us-east-1', credentials });
  s3 = new S3Client({ endpoint: objects.url, region: 'us-east-1', credentials });
  unreadable = new S3Client({ endpoint: objects.url, region: 'us-east-1', credentials });
  unreadable.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'GetObjectCommand') throw new TypeError('access denied');
        return next(args);
      },
    { step: 'initialize' },
  );
  await s3.send(new CreateBucketCommand({ Bucket: 'checkpoints' }));
});

afterAll(async () => {
  dynamodb.destroy();
  s3.destroy();
  unreadable.destroy();
  await tables.close();
  await objects.close();
});

beforeEach(async () => {
  stores += 1;
  table = `journal-${stores}`;
  await createTable(dynamodb, table, JOURNAL_KEY);
  store = storeWith(table);
});

function storeWith(prefix: string): DynamoDbJournalStore {
  const bucket = new BucketCheckpoints({ bucket: 'checkpoints', prefix, client: s3 });
  return new DynamoDbJournalStore(dynamodb, table, { bucket });
}

async function keys(): Promise<readonly string[]> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: 'checkpoints', Prefix: `${table}/` }),
  );
  return Contents.map(({ Key = '' }) => Key.slice(table.length + 1));
}

async function read(ref: CheckpointRef): Promise<readonly string[]> {
  return digests(await store.readCheckpoint(TASK, ref));
}

/** Megabytes are compared by what they hash to. */
function digests(pieces: readonly Uint8Array[]): readonly string[] {
  return pieces.map((piece) => `${piece.length} bytes, ${createHash('sha256').update(piece).digest('hex')}`);
}

describe('where a checkpoint goes', () => {
  test('what fits an item goes to the table, and what is larger to the bucket', async () => {
    const half = Buffer.alloc(175_000, 1);

    const small = await store.writeCheckpoint(TASK, { n: 1, writer: 'a' }, [half, half]);
    const large = await store.writeCheckpoint(TASK, { n: 2, writer: 'b' }, [half, half, Buffer.of(7)]);

    expect([small.place, large.place]).toEqual([undefined, 'bucket']);
    expect(await keys()).toEqual(['orders%2Forders%2FshardId-000000000000/000000000002/b/00000']);
    expect(await read(small)).toEqual(digests([half, half]));
    expect(await read(large)).toEqual(digests([half, half, Buffer.of(7)]));
  });

  test('a large one becomes objects of some megabytes, each piece whole', async () => {
    const pieces = [5, 2, 2, 9, 1].map((megabytes) => Buffer.alloc(megabytes * MEGABYTE, megabytes));

    const ref = await store.writeCheckpoint(TASK, { n: 1, writer: 'a' }, pieces);

    expect(ref).toMatchObject({ pieces: 4, bytes: 19 * MEGABYTE });
    expect((await keys()).map((key) => key.slice(-5))).toEqual(['00000', '00001', '00002', '00003']);
    expect(await read(ref)).toEqual(digests(pieces));
  });

  test('a reference without a place, as it was written before there were buckets, leads to the table', async () => {
    const { bytes, checksum, pieces } = await store.writeCheckpoint(TASK, { n: 0, writer: 'w' }, [
      Buffer.of(1, 2, 3),
    ]);
    await store.append(TASK, entry(0));
    const Key = { task: { S: TASK }, slot: { S: 'entry#00000' } };
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: table, Key }));
    const checkpoint = {
      n: { N: '0' },
      writer: { S: 'w' },
      pieces: { N: String(pieces) },
      bytes: { N: String(bytes) },
      checksum: { S: checksum },
    };
    await dynamodb.send(
      new PutItemCommand({ TableName: table, Item: { ...Item, checkpoint: { M: checkpoint } } }),
    );

    const found = (await store.readSlot(TASK, 0))?.checkpoint;

    expect(found).toEqual({ n: 0, writer: 'w', pieces, bytes, checksum });
    expect(found && (await read(found))).toEqual(digests([Buffer.of(1, 2, 3)]));
  });
});

describe('a checkpoint in the bucket', () => {
  const large = [Buffer.alloc(400_000, 1), Buffer.alloc(9 * MEGABYTE, 2)];

  test('is removed when a small one has replaced it, and so are late ones', async () => {
    const old = await store.writeCheckpoint(TASK, { n: 1, writer: 'a' }, large);
    await store.writeCheckpoint(TASK, { n: 2, writer: 'lost' }, large);
    const kept = await store.writeCheckpoint(TASK, { n: 2, writer: 'b' }, [Buffer.of(1)]);

    await store.removeCheckpoints(TASK, 2, [kept]);

    expect(await keys()).toEqual([]);
    await expect(read(old)).rejects.toThrow(RetryableError);
    expect(await read(kept)).toEqual(digests([Buffer.of(1)]));
  });

  test('stays when another task, or another journal in the bucket, removes its own', async () => {
    const kept = await store.writeCheckpoint(TASK, { n: 1, writer: 'a' }, large);
    const neighbour = storeWith(`${table}-2`);

    await store.removeCheckpoints('orders/orders', 9, []);
    await store.removeCheckpoints(`${TASK}0`, 9, []);
    await neighbour.removeCheckpoints(TASK, 9, []);

    expect(await read(kept)).toEqual(digests(large));
  });

  test('that was damaged is not used', async () => {
    const ref = await store.writeCheckpoint(TASK, { n: 1, writer: 'a' }, large);
    const Key = `${table}/${(await keys())[1]}`;

    await s3.send(new PutObjectCommand({ Bucket: 'checkpoints', Key, Body: 'something else' }));

    await expect(read(ref)).rejects.toThrow('is not what was written');
  });

  test('can be read with its bucket only', async () => {
    const ref = await store.writeCheckpoint(TASK, { n: 1, writer: 'a' }, large);
    const withoutBucket = new DynamoDbJournalStore(dynamodb, table);

    await expect(withoutBucket.readCheckpoint(TASK, ref)).rejects.toThrow(FatalError);
  });

  test('that may not be read is a replaced one only if it is not there', async () => {
    const ref = await store.writeCheckpoint(TASK, { n: 1, writer: 'a' }, large);
    const archive = new BucketCheckpoints({ bucket: 'checkpoints', prefix: table, client: unreadable });

    await expect(archive.read(TASK, ref)).rejects.toThrow('access denied');
    await store.removeCheckpoints(TASK, 1, []);
    await expect(archive.read(TASK, ref)).rejects.toThrow(RetryableError);
  });
});
