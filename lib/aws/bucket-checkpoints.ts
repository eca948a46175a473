import type * as S3 from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import type { CheckpointRef } from '../journal/index.ts';
import { RetryableError } from '../model/index.ts';
import type { CheckpointArchive, CheckpointName } from './checkpoint-archive.ts';
import { checkpointPath, entryOf, objectPath, packed, taskPrefix, unpacked } from './checkpoint-objects.ts';

/** Of a checkpoint, as much is in memory at once while it is written, or one piece if that is larger. */
const BODY_BYTES = 8 * 1024 * 1024;
const DELETE_LIMIT = 1000;

/** Where in S3 checkpoints lie. */
export interface BucketCheckpointsOptions {
  readonly bucket: string;
  /** What keys begin with. Whoever shares the bucket needs another one. */
  readonly prefix: string;
  /** @default a client with the surroundings' settings */
  readonly client?: S3.S3Client;
}

/**
 * Checkpoints in an S3 bucket: a handful of objects each, under names that are written once. S3 reads and lists what
 * was written at once.
 *
 * The SDK's S3 client is loaded when it is first needed: the bundle doesn't carry it, the Lambda runtime brings it along.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included
 */
export class BucketCheckpoints implements CheckpointArchive {
  readonly #bucket: string;
  readonly #prefix: string;
  #client: S3.S3Client | undefined;

  constructor({ bucket, prefix, client }: BucketCheckpointsOptions) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#client = client;
  }

  async write(task: string, name: CheckpointName, pieces: Iterable<Uint8Array>): Promise<CheckpointRef> {
    const { sdk, client } = await this.#connected();
    const hash = createHash('sha256');
    let count = 0;
    let bytes = 0;
    const measured = observed(pieces, (piece) => (bytes += piece.length));
    for (const Body of packed(measured, BODY_BYTES)) {
      hash.update(Body);
      const Key = taskPrefix(this.#prefix, task) + objectPath(name, count);
      await client.send(new sdk.PutObjectCommand({ Bucket: this.#bucket, Key, Body }));
      count += 1;
    }
    return { ...name, place: 'bucket', pieces: count, bytes, checksum: hash.digest('hex') };
  }

  async read(task: string, checkpoint: CheckpointRef): Promise<readonly Uint8Array[]> {
    const indexes = Array.from({ length: checkpoint.pieces }, (_, index) => index);
    const bodies = await Promise.all(indexes.map((index) => this.#readObject(task, checkpoint, index)));
    const hash = createHash('sha256');
    for (const body of bodies) hash.update(body);
    if (hash.digest('hex') !== checkpoint.checksum) {
      throw new RetryableError(
        `checkpoint of entry ${checkpoint.n} of task "${task}" in bucket "${this.#bucket}" is not what was written; ` +
          'a newer checkpoint may have replaced it',
        { code: 'MR2005' },
      );
    }
    return bodies.flatMap((body) => [...unpacked(body)]);
  }

  async removeUpTo(task: string, n: number, kept: readonly CheckpointName[]): Promise<void> {
    const { sdk, client } = await this.#connected();
    const paths = kept.map(checkpointPath);
    const isOld = (path: string): boolean =>
      entryOf(path) <= n && !paths.some((keptPath) => path.startsWith(keptPath));
    const old = (await this.#list(task, '')).filter(isOld);
    for (let index = 0; index < old.length; index += DELETE_LIMIT) {
      const Objects = old
        .slice(index, index + DELETE_LIMIT)
        .map((path) => ({ Key: taskPrefix(this.#prefix, task) + path }));
      // What could not be deleted stays for the next checkpoint.
      const Delete = { Objects, Quiet: true };
      await client.send(new sdk.DeleteObjectsCommand({ Bucket: this.#bucket, Delete }));
    }
  }

  async #readObject(task: string, checkpoint: CheckpointRef, index: number): Promise<Uint8Array> {
    const { sdk, client } = await this.#connected();
    const path = objectPath(checkpoint, index);
    const Key = taskPrefix(this.#prefix, task) + path;
    try {
      const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: this.#bucket, Key }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    } catch (error) {
      // Depending on the right to list, S3 answers 404 or 403 about what isn't there:
      // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
      if ((await this.#list(task, path)).length > 0) throw error;
      throw new RetryableError(
        `checkpoint of entry ${checkpoint.n} of task "${task}" is not in bucket "${this.#bucket}"; a newer checkpoint ` +
          'may have replaced it',
        { code: 'MR2005', cause: error },
      );
    }
  }

  /** What is behind the task's prefix and begins with `path`. */
  async #list(task: string, path: string): Promise<readonly string[]> {
    const { sdk, client } = await this.#connected();
    const prefix = taskPrefix(this.#prefix, task);
    const pages = sdk.paginateListObjectsV2({ client }, { Bucket: this.#bucket, Prefix: prefix + path });
    const paths: string[] = [];
    for await (const { Contents = [] } of pages) {
      paths.push(...Contents.map(({ Key = '' }) => Key.slice(prefix.length)));
    }
    return paths;
  }

  async #connected(): Promise<{ readonly sdk: typeof S3; readonly client: S3.S3Client }> {
    const sdk = await import('@aws-sdk/client-s3');
    this.#client ??= new sdk.S3Client({});
    return { sdk, client: this.#client };
  }
}

function* observed<T>(items: Iterable<T>, onItem: (item: T) => void): Iterable<T> {
  for (const item of items) {
    onItem(item);
    yield item;
  }
}
