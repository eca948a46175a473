import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { InvokeResult } from './invoke-result.ts';

/** What the runtime in a sandbox says. */
export interface RuntimeListener {
  /** The runtime asks for an event: it is loaded, or done with the last one. */
  onNext(): void;
  onInitError(message: string): void;
  onResult(requestId: string, result: InvokeResult): void;
}

/** The Runtime API as seen from outside the sandbox. */
export interface RuntimeApi {
  /** Host and port, as AWS_LAMBDA_RUNTIME_API wants it. */
  readonly address: string;
  /** Hands an event to the runtime, now or as soon as it asks for one. */
  dispatch(invocation: Invocation): void;
  close(): void;
}

export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** JSON. */
  readonly payload: string;
}

const PREFIX = '/2018-06-01/runtime';

/**
 * Serves one sandbox on a loopback port of its own.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function startRuntimeApi(listener: RuntimeListener): Promise<RuntimeApi> {
  let waiting: ServerResponse | undefined;
  let queued: Invocation | undefined;
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.requestTimeout = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').slice(PREFIX.length);
    if (request.method === 'GET' && path === '/invocation/next') {
      waiting = response;
      listener.onNext();
      deliver();
      return;
    }
    const body = await textOf(request);
    report(path, body);
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
  }

  function report(path: string, body: string): void {
    if (path === '/init/error') return listener.onInitError(errorOf(body).message);
    const [, requestId = '', what] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (what === 'response') listener.onResult(requestId, { kind: 'ok', payload: body });
    if (what === 'error') listener.onResult(requestId, errorOf(body));
  }

  function deliver(): void {
    if (waiting === undefined || queued === undefined) return;
    waiting.writeHead(200, headersOf(queued)).end(queued.payload);
    waiting = undefined;
    queued = undefined;
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const bound = server.address();
  return {
    address: `127.0.0.1:${typeof bound === 'object' ? bound?.port : bound}`,
    dispatch: (invocation) => {
      queued = invocation;
      deliver();
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function headersOf({ requestId, functionArn, deadlineMs }: Invocation): Record<string, string> {
  return {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': requestId,
    'lambda-runtime-deadline-ms': String(deadlineMs),
    'lambda-runtime-invoked-function-arn': functionArn,
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}

function errorOf(body: string): Extract<InvokeResult, { kind: 'function-error' }> {
  const { errorType, errorMessage }: { errorType?: unknown; errorMessage?: unknown } = JSON.parse(body);
  return { kind: 'function-error', errorType: String(errorType), message: String(errorMessage) };
}
