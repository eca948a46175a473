import type { IncomingHttpHeaders } from 'node:http';
import type { BucketStore } from './bucket-store.ts';
import { S3Error } from './s3-error.ts';
import { documentOf, element, textElement, textsIn } from './xml.ts';

export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  /** Empty if the request is about the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly on: 'bucket' | 'object';
  /** The query parameters that tell it from others. */
  readonly needs?: readonly string[];
  readonly takes?: readonly string[];
  readonly run: (store: BucketStore, request: S3Request, now: number) => S3Answer;
}

const MAX_KEYS = 1000;

const OPERATIONS: readonly Operation[] = [
  {
    name: 'CreateBucket',
    method: 'PUT',
    on: 'bucket',
    run: (store, { bucket }) => {
      store.create(bucket);
      return { status: 200, headers: { location: `/${bucket}` } };
    },
  },
  {
    name: 'HeadBucket',
    method: 'HEAD',
    on: 'bucket',
    run: (store, { bucket }) => {
      store.requireBucket(bucket);
      return { status: 200 };
    },
  },
  {
    name: 'DeleteBucket',
    method: 'DELETE',
    on: 'bucket',
    run: (store, { bucket }) => {
      store.remove(bucket);
      return { status: 204 };
    },
  },
  {
    name: 'ListObjectsV2',
    method: 'GET',
    on: 'bucket',
    needs: ['list-type'],
    takes: ['prefix', 'max-keys', 'start-after', 'continuation-token'],
    run: listObjects,
  },
  {
    name: 'DeleteObjects',
    method: 'POST',
    on: 'bucket',
    needs: ['delete'],
    run: deleteObjects,
  },
  { name: 'PutObject', method: 'PUT', on: 'object', run: putObject },
  {
    name: 'GetObject',
    method: 'GET',
    on: 'object',
    run: (store, { bucket, key }) => {
      const { bytes, etag, modified } = store.get(bucket, key);
      const headers = { etag, 'last-modified': new Date(modified).toUTCString() };
      return { status: 200, headers, body: bytes };
    },
  },
  {
    name: 'DeleteObject',
    method: 'DELETE',
    on: 'object',
    run: (store, { bucket, key }) => {
      store.delete(bucket, key);
      return { status: 204 };
    },
  },
];

/** Headers that would make the answer another one. */
const UNSUPPORTED_HEADERS = ['range', 'if-match', 'x-amz-copy-source', 'x-amz-decoded-content-length'];

/** @throws S3Error if it is none of those that are implemented, or asks for more than they do */
export function operationOf({ method, key, query, headers }: S3Request): Operation {
  const on = key === '' ? 'bucket' : 'object';
  const names = [...query.keys()].filter((name) => name !== 'x-id');
  const found = OPERATIONS.find(
    ({ needs = [], takes = [], ...operation }) =>
      operation.method === method &&
      operation.on === on &&
      needs.every((name) => names.includes(name)) &&
      names.every((name) => needs.includes(name) || takes.includes(name)),
  );
  const header = UNSUPPORTED_HEADERS.find((name) => headers[name] !== undefined);
  if (found !== undefined && header === undefined) return found;
  const what = header === undefined ? `${method} of ${on} with "${names.join(', ')}"` : `header "${header}"`;
  const known = OPERATIONS.map(({ name }) => name).join(', ');
  throw new S3Error(501, 'NotImplemented', `${what} is not implemented; there are ${known}`);
}

function putObject(store: BucketStore, { bucket, key, headers, body }: S3Request, now: number): S3Answer {
  if (headers['if-none-match'] === '*' && store.has(bucket, key)) {
    throw new S3Error(
      412,
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
    );
  }
  const { etag } = store.put(bucket, key, body, now);
  return { status: 200, headers: { etag } };
}

/** The token of a page is the last key of the one before it. */
function listObjects(store: BucketStore, { bucket, query }: S3Request): S3Answer {
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token');
  const maxKeys = Math.min(Number(query.get('max-keys') ?? MAX_KEYS), MAX_KEYS);
  const found = store.list(bucket, prefix, token ?? query.get('start-after') ?? '');
  const page = found.slice(0, maxKeys);
  const last = page.at(-1);
  const isTruncated = found.length > page.length && last !== undefined;
  const body = documentOf(
    'ListBucketResult',
    [
      textElement('Name', bucket),
      textElement('Prefix', prefix),
      textElement('KeyCount', page.length),
      textElement('MaxKeys', maxKeys),
      textElement('IsTruncated', isTruncated),
      ...(isTruncated ? [textElement('NextContinuationToken', last.key)] : []),
      ...page.map(({ key, bytes, etag, modified }) =>
        element(
          'Contents',
          [
            textElement('Key', key),
            textElement('LastModified', new Date(modified).toISOString()),
            textElement('ETag', etag),
            textElement('Size', bytes.length),
            textElement('StorageClass', 'STANDARD'),
          ].join(''),
        ),
      ),
    ].join(''),
  );
  return { status: 200, body };
}

function deleteObjects(store: BucketStore, { bucket, body }: S3Request): S3Answer {
  const xml = Buffer.from(body).toString();
  const keys = textsIn(xml, 'Key');
  if (keys.length === 0 || keys.length > MAX_KEYS) {
    throw new S3Error(400, 'MalformedXML', `${keys.length} keys are to be deleted; give 1 to ${MAX_KEYS}`);
  }
  for (const key of keys) store.delete(bucket, key);
  const isQuiet = textsIn(xml, 'Quiet')[0] === 'true';
  const deleted = isQuiet ? [] : keys.map((key) => element('Deleted', textElement('Key', key)));
  return { status: 200, body: documentOf('DeleteResult', deleted.join('')) };
}
