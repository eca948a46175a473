import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { DefinitionError, messageOf } from '../../model/index.ts';
import { webFolder } from './web-folder.ts';

/** Something the page shows, sent again whenever its version is another one. */
export interface Topic {
  readonly name: string;
  readonly version: number | string;
  readonly data: () => unknown;
}

/** What is behind the page. */
export interface DashboardSource {
  topics(): readonly Topic[];
  /**
   * Does what somebody asked for.
   * @returns what was done, as a sentence
   * @throws DefinitionError with what is wrong about it
   */
  act(body: unknown): Promise<string>;
}

export interface DashboardServer {
  readonly url: string;
  close(): Promise<void>;
}

const SEND_EVERY_MS = 400;
const MAX_BODY_BYTES = 1024 * 1024;
const FILE = /^\/([a-z-]+\.(?:js|css))$/;
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

/** Everything comes from here, and nothing else runs: what records say can't become code. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/**
 * Serves the dashboard on a port of the loopback interface. It answers only requests that name it as their host, so that
 * no page elsewhere can reach it under a name of its own, and takes orders only from its own page.
 *
 * @param port 0 takes a free one
 * @throws DefinitionError if the port is in use
 */
export async function startDashboard(source: DashboardSource, port = 0): Promise<DashboardServer> {
  const server = createServer((request, response) => {
    answer(request, response, source).catch((error: unknown) => {
      if (!response.headersSent) send(response, 500, messageOf(error));
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(inUse(error, port) ?? error));
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function inUse(error: Error, port: number): DefinitionError | undefined {
  if (!('code' in error) || error.code !== 'EADDRINUSE') return undefined;
  return new DefinitionError(
    `port "${port}" is in use; give another with --port, or leave it out and any free one is taken`,
    { cause: error },
  );
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  source: DashboardSource,
): Promise<void> {
  const refusal = refusalOf(request);
  if (refusal !== undefined) return send(response, 403, refusal);
  const { pathname } = new URL(request.url ?? '/', 'http://local');
  const isRead = request.method === 'GET';
  if (isRead && pathname === '/') return await sendFile(response, 'index.html');
  if (isRead && pathname === '/events') return sendEvents(request, response, source);
  if (isRead && FILE.test(pathname)) return await sendFile(response, pathname.slice(1));
  if (request.method === 'POST' && pathname === '/act') return await act(request, response, source);
  send(response, 404, `there is no ${request.method} ${pathname}`);
}

/** Why a request isn't answered: it names another host, as after DNS rebinding, or comes from another page. */
function refusalOf({ headers, socket }: IncomingMessage): string | undefined {
  const own = [`127.0.0.1:${socket.localPort}`, `localhost:${socket.localPort}`];
  const { host = '', origin } = headers;
  if (!own.includes(host)) return `host "${host}" is not served here; open http://${own[0]}/`;
  if (origin !== undefined && !own.some((each) => origin === `http://${each}`)) {
    return `origin "${origin}" may not ask for anything here; open http://${own[0]}/`;
  }
  return undefined;
}

async function act(
  request: IncomingMessage,
  response: ServerResponse,
  source: DashboardSource,
): Promise<void> {
  if (request.headers['content-type'] !== 'application/json') {
    return send(response, 415, 'the content type must be application/json');
  }
  try {
    send(response, 200, await source.act(await jsonOf(request)));
  } catch (error) {
    send(response, error instanceof DefinitionError ? 400 : 500, messageOf(error));
  }
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new DefinitionError(`the request is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (error) {
    throw new DefinitionError(`the request is no JSON: ${messageOf(error)}`, { cause: error });
  }
}

function sendEvents(request: IncomingMessage, response: ServerResponse, source: DashboardSource): void {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
  const sent = new Map<string, number | string>();
  const sendNew = (): void => {
    for (const { name, version, data } of source.topics()) {
      if (sent.get(name) === version) continue;
      sent.set(name, version);
      response.write(`event: ${name}\ndata: ${JSON.stringify(data())}\n\n`);
    }
  };
  const timer = setInterval(sendNew, SEND_EVERY_MS);
  request.once('close', () => clearInterval(timer));
  sendNew();
}

async function sendFile(response: ServerResponse, name: string): Promise<void> {
  const text = await readFile(new URL(name, webFolder())).catch(() => undefined);
  if (text === undefined) return send(response, 404, `there is no file "${name}"`);
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'text/plain';
  response.writeHead(200, { ...HEADERS, 'content-type': type }).end(text);
}

function send(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'application/json' });
  response.end(JSON.stringify({ message }));
}
