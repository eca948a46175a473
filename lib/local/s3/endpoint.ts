import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { messageOf } from '../../model/index.ts';
import { BucketStore } from './bucket-store.ts';
import { operationOf, type S3Answer, type S3Request } from './operations.ts';
import { S3Error } from './s3-error.ts';
import { documentOf, textElement } from './xml.ts';

/**
 * What goes wrong with one request: `throttle` and `error` are answered without executing it, `lost-response` executes
 * it and drops the connection instead of answering.
 */
export type S3Fault = 'throttle' | 'error' | 'lost-response';

/** Where an S3 endpoint listens, the buckets it serves, and what goes wrong with it. */
export interface S3EndpointOptions {
  /**
   * On 127.0.0.1.
   * @default 0, any free port
   */
  readonly port?: number;
  /** Serves these buckets. @default an empty store */
  readonly store?: BucketStore;
  /** Milliseconds since the epoch, for when an object was modified. @default the system's clock */
  readonly now?: () => number;
  /** Asked before each request, with the operation's name and the bucket it is about. @default no faults */
  readonly fault?: (operation: string, bucket: string) => S3Fault | undefined;
}

/** An S3 endpoint that runs. */
export interface S3Endpoint {
  /** What a client's `endpoint` or AWS_ENDPOINT_URL_S3 takes. */
  readonly url: string;
  readonly port: number;
  /** Ends every connection at once. The objects are gone, unless the store was given. */
  close(): Promise<void>;
}

/**
 * Starts S3 in this process, as far as checkpoints need it: CreateBucket, HeadBucket, PutObject (also with
 * `If-None-Match: *`), GetObject, DeleteObject, DeleteObjects and ListObjectsV2; what else is asked for is answered
 * with NotImplemented. Buckets are part of the path, as clients do it for an IP address. Objects live in memory.
 * Signatures and checksums aren't checked.
 *
 * @example
 * const endpoint = await startS3Endpoint();
 * const s3 = new S3Client({ endpoint: endpoint.url });
 */
export async function startS3Endpoint(options: S3EndpointOptions = {}): Promise<S3Endpoint> {
  const store = options.store ?? new BucketStore();
  const server = createServer((request, response) => {
    answer(store, options, request, response).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Fails only when the connection does. */
async function answer(
  store: BucketStore,
  { now = Date.now, fault }: S3EndpointOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await requestOf(incoming);
  let injected: S3Fault | undefined;
  const answered = outcome(() => {
    const operation = operationOf(request);
    injected = fault?.(operation.name, request.bucket);
    refuseIf(injected);
    return operation.run(store, request, now());
  });
  if (injected === 'lost-response') {
    incoming.socket.destroy();
    return;
  }
  const body = Buffer.from(request.method === 'HEAD' ? '' : (answered.body ?? ''));
  response.writeHead(answered.status, {
    'content-type': typeof answered.body === 'string' ? 'application/xml' : 'application/octet-stream',
    'x-amz-request-id': randomUUID(),
    ...answered.headers,
    ...(answered.status !== 204 && { 'content-length': body.length }),
  });
  response.end(body);
}

/** Keys may look like relative paths, which a URL would resolve. */
async function requestOf(incoming: IncomingMessage): Promise<S3Request> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const [path = '', query = ''] = (incoming.url ?? '').split('?');
  const [, bucket = '', ...key] = path.split('/').map(decodeURIComponent);
  return {
    method: incoming.method ?? '',
    bucket,
    key: key.join('/'),
    query: new URLSearchParams(query),
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  };
}

function refuseIf(fault: S3Fault | undefined): void {
  if (fault === 'throttle') throw new S3Error(503, 'SlowDown', 'Please reduce your request rate.');
  if (fault === 'error') throw new S3Error(500, 'InternalError', 'We encountered an internal error.');
}

function outcome(run: () => S3Answer): S3Answer {
  try {
    return run();
  } catch (error) {
    const [status, code] = error instanceof S3Error ? [error.status, error.code] : [500, 'InternalError'];
    const content = textElement('Code', code) + textElement('Message', messageOf(error));
    return { status, body: documentOf('Error', content) };
  }
}
