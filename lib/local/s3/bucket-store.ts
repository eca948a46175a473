import { createHash } from 'node:crypto';
import { S3Error } from './s3-error.ts';

export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

export interface ListedObject extends StoredObject {
  readonly key: string;
}

/** Objects by their keys, by their buckets. */
export type KeptBuckets = ReadonlyMap<string, ReadonlyMap<string, StoredObject>>;

/** Buckets and their objects, in memory. What is written can be read and listed at once. */
export class BucketStore {
  readonly #buckets: Map<string, Map<string, StoredObject>>;

  /** @param kept to go on with */
  constructor(kept: KeptBuckets = new Map()) {
    this.#buckets = new Map([...kept].map(([bucket, objects]) => [bucket, new Map(objects)]));
  }

  /** Everything, as structured data. */
  kept(): KeptBuckets {
    return this.#buckets;
  }

  /** One that exists is left as it is. */
  create(bucket: string): void {
    if (!this.#buckets.has(bucket)) this.#buckets.set(bucket, new Map());
  }

  /** @throws S3Error if there is no such bucket, or something is in it */
  remove(bucket: string): void {
    if (this.#objectsOf(bucket).size > 0) {
      throw new S3Error(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty');
    }
    this.#buckets.delete(bucket);
  }

  /** @throws S3Error if there is no such bucket */
  requireBucket(bucket: string): void {
    this.#objectsOf(bucket);
  }

  has(bucket: string, key: string): boolean {
    return this.#objectsOf(bucket).has(key);
  }

  put(bucket: string, key: string, bytes: Uint8Array, modified: number): StoredObject {
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
    const stored = { bytes, etag, modified };
    this.#objectsOf(bucket).set(key, stored);
    return stored;
  }

  /** @throws S3Error if there is no such object */
  get(bucket: string, key: string): StoredObject {
    const found = this.#objectsOf(bucket).get(key);
    if (found === undefined) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');
    return found;
  }

  /** What isn't there counts as deleted. */
  delete(bucket: string, key: string): void {
    this.#objectsOf(bucket).delete(key);
  }

  /** In the order of the keys' UTF-8 bytes, those behind `after` only. */
  list(bucket: string, prefix: string, after: string): readonly ListedObject[] {
    return [...this.#objectsOf(bucket)]
      .filter(([key]) => key.startsWith(prefix) && compareKeys(key, after) > 0)
      .toSorted(([a], [b]) => compareKeys(a, b))
      .map(([key, stored]) => ({ key, ...stored }));
  }

  #objectsOf(bucket: string): Map<string, StoredObject> {
    const objects = this.#buckets.get(bucket);
    if (objects === undefined) {
      throw new S3Error(404, 'NoSuchBucket', `The specified bucket does not exist: ${bucket}`);
    }
    return objects;
  }
}

function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
