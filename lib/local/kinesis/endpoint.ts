import { randomUUID } from 'node:crypto';
import { messageOf } from '../../model/index.ts';
import { codecFor } from './codecs.ts';
import { serveHttp1And2, type WireRequest, type WireResponse } from './dual-server.ts';
import { KinesisError } from './errors.ts';
import { execute, operationNamed } from './execute.ts';
import { KinesisStore, type KinesisStoreOptions } from './store.ts';

/** Where a Kinesis endpoint listens, and the streams it serves. */
export interface KinesisEndpointOptions extends KinesisStoreOptions {
  /**
   * On 127.0.0.1.
   * @default 0, any free port
   */
  readonly port?: number;
  /**
   * Serves these streams; the other store options then have no effect.
   * @default an empty store
   */
  readonly store?: KinesisStore;
}

/** A Kinesis endpoint that runs. */
export interface KinesisEndpoint {
  /** What a client's `endpoint` or AWS_ENDPOINT_URL_KINESIS takes. */
  readonly url: string;
  readonly port: number;
  /** Ends every connection at once. The streams are gone, unless the store was given. */
  close(): Promise<void>;
}

const TARGET_PREFIX = 'Kinesis_20131202.';

/**
 * Starts a Kinesis Data Streams endpoint in this process, on the service's own wire protocol (JSON 1.1 and CBOR, over
 * HTTP/1.1 and HTTP/2). Streams live in memory. Signatures aren't checked.
 *
 * @example
 * const endpoint = await startKinesisEndpoint();
 * const kinesis = new KinesisClient({ endpoint: endpoint.url });
 */
export async function startKinesisEndpoint(options: KinesisEndpointOptions = {}): Promise<KinesisEndpoint> {
  const store = options.store ?? new KinesisStore(options);
  const server = await serveHttp1And2(options.port ?? 0, (request, response) => {
    answer(store, request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  const { port } = server;
  return { url: `http://127.0.0.1:${port}`, port, close: () => server.close() };
}

/** Fails only when the connection does. */
async function answer(store: KinesisStore, request: WireRequest, response: WireResponse): Promise<void> {
  const codec = codecFor(request.headers['content-type']);
  const body = await bodyOf(request);
  const { status, output } = outcome(() => {
    const target = String(request.headers['x-amz-target'] ?? '');
    const operation = operationNamed(
      target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : target,
    );
    return execute(store, operation, codec.decode(body));
  });
  const payload = codec.encode(output);
  response.statusCode = status;
  response.setHeader('content-type', codec.contentType);
  response.setHeader('content-length', payload.length);
  response.setHeader('x-amzn-requestid', randomUUID());
  response.end(payload);
}

async function bodyOf(request: WireRequest): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function outcome(run: () => object): { readonly status: number; readonly output: object } {
  try {
    return { status: 200, output: run() };
  } catch (error) {
    const message = messageOf(error);
    return error instanceof KinesisError
      ? { status: 400, output: { __type: error.type, message } }
      : { status: 500, output: { __type: 'InternalFailure', message } };
  }
}
