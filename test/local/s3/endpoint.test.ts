import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  NoSuchBucket,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startS3Endpoint, type S3Endpoint, type S3Fault } from '../../../lib/local/s3/index.ts';

const Bucket = 'things';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
/** Everything that has a meaning in URLs or XML, and names that a URL would resolve. */
const ODD_KEYS = ['a b+c%2F', 'über/../&<"\'>.txt', './x', 'line\r\nbreak'];

describe('the S3 endpoint', () => {
  let endpoint: S3Endpoint;
  let client: S3Client;
  let faults: S3Fault[];
  let requests: string[];

  beforeEach(async () => {
    faults = [];
    requests = [];
    endpoint = await startS3Endpoint({
      now: () => Date.UTC(2026, 0, 1),
      fault: (operation, bucket) => {
        requests.push(`${operation} ${bucket}`);
        return faults.shift();
      },
    });
    client = new S3Client({ endpoint: endpoint.url, region: 'us-east-1', credentials });
    await client.send(new CreateBucketCommand({ Bucket }));
    requests.length = 0;
  });

  afterEach(async () => {
    client.destroy();
    await endpoint.close();
  });

  const put = (Key: string, Body: string | Uint8Array, IfNoneMatch?: string) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body, IfNoneMatch }));

  async function get(Key: string): Promise<Buffer> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  async function keys(Prefix: string, pageSize = 1000): Promise<readonly (string | undefined)[]> {
    const found: (string | undefined)[] = [];
    for await (const page of paginateListObjectsV2({ client, pageSize }, { Bucket, Prefix })) {
      found.push(...(page.Contents ?? []).map(({ Key }) => Key));
    }
    return found;
  }

  test('an object is read as it was put last', async () => {
    const large = new Uint8Array(3_000_000).map((_, index) => index % 251);

    await put('a/b', 'first');
    await put('a/b', large);

    expect((await get('a/b')).equals(large)).toBe(true);
  });

  test.each(ODD_KEYS)('a key may be %j', async (key) => {
    await put(key, 'odd');

    expect(await keys('')).toEqual([key]);
    expect((await get(key)).toString()).toBe('odd');
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: key }] } }));
    expect(await keys('')).toEqual([]);
  });

  test('a list has the keys of a prefix in their order, page by page', async () => {
    for (const key of ['b/2', 'a/10', 'a/2', 'a/1', 'a']) await put(key, key);

    expect(await keys('a/', 2)).toEqual(['a/1', 'a/10', 'a/2']);
  });

  test('a listed object says how large it is and when it was put', async () => {
    await put('a', 'four');

    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));

    expect(Contents).toMatchObject([{ Key: 'a', Size: 4, LastModified: new Date('2026-01-01') }]);
  });

  test('what is deleted is gone, and what is gone can be deleted', async () => {
    for (const key of ['a', 'b', 'c']) await put(key, key);

    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    const { Deleted } = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }, { Key: 'b' }] } }),
    );

    expect(Deleted).toEqual([{ Key: 'a' }, { Key: 'b' }]);
    expect(await keys('')).toEqual(['c']);
    await expect(get('a')).rejects.toThrow(NoSuchKey);
  });

  test('an object that must be new is put once', async () => {
    await put('a', 'first', '*');

    await expect(put('a', 'second', '*')).rejects.toThrow('pre-conditions');
    expect((await get('a')).toString()).toBe('first');
  });

  test('a bucket must exist, and creating it again keeps what is in it', async () => {
    await put('a', 'kept');

    await client.send(new CreateBucketCommand({ Bucket }));

    await client.send(new HeadBucketCommand({ Bucket }));
    expect((await get('a')).toString()).toBe('kept');
    const other = { Bucket: 'other' };
    await expect(client.send(new ListObjectsV2Command(other))).rejects.toThrow(NoSuchBucket);
    await expect(client.send(new HeadBucketCommand(other))).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('a bucket is deleted once nothing is in it', async () => {
    await put('a', 'b');

    const tooEarly = client.send(new DeleteBucketCommand({ Bucket }));
    await expect(tooEarly).rejects.toMatchObject({ name: 'BucketNotEmpty' });
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await client.send(new DeleteBucketCommand({ Bucket }));

    await expect(client.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('what is not implemented is refused, not ignored', async () => {
    await put('a', 'whole');

    const part = new GetObjectCommand({ Bucket, Key: 'a', Range: 'bytes=0-1' });
    const folders = new ListObjectsV2Command({ Bucket, Delimiter: '/' });

    await expect(client.send(part)).rejects.toMatchObject({ name: 'NotImplemented' });
    await expect(client.send(folders)).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  test('a request that goes wrong is sent again by the client', async () => {
    faults = ['throttle', 'error', 'lost-response'];
    const patient = new S3Client({
      endpoint: endpoint.url,
      region: 'us-east-1',
      credentials,
      maxAttempts: 4,
    });

    await patient.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'kept' }));
    patient.destroy();

    expect(requests).toEqual(Array(4).fill('PutObject things'));
    expect((await get('a')).toString()).toBe('kept');
  });
});
