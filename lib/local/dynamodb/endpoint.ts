import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ACCOUNT, REGION } from './arn.ts';
import { database, type Fields, type Store } from './dynalite.ts';
import { type DynamoDbFault, refuseIf } from './faults.ts';
import { isFields } from './fields.ts';
import { type Operations, operationsOf, tableNameOf } from './operations.ts';
import { isServiceError, ServiceError } from './service-error.ts';
import { TableRegistry } from './table-facts.ts';

/** Where a DynamoDB endpoint listens and keeps its tables, and what goes wrong with it. */
export interface DynamoDbEndpointOptions {
  /** @default 0, which takes a free port */
  readonly port?: number;
  /** Milliseconds since the epoch, for stream records and the age of iterators. @default the system's clock */
  readonly now?: () => number;
  /** How long a new table stays in CREATING. @default 0, which answers once the table is usable */
  readonly createTableMs?: number;
  /** A folder that keeps tables and items between runs; stream records are kept for one run. @default in memory */
  readonly path?: string;
  /** Ignore `ReturnValuesOnConditionCheckFailure`, as some other endpoints do. @default false */
  readonly omitOldItemOnConditionFailure?: boolean;
  /**
   * Asked before each request, with the operation's name and the table it is about, if that is one.
   * @default no faults
   */
  readonly fault?: (operation: string, tableName: string | undefined) => DynamoDbFault | undefined;
}

/** A DynamoDB endpoint that runs. */
export interface DynamoDbEndpoint {
  readonly url: string;
  readonly port: number;
  /** Ends open connections, then the store. */
  close(): Promise<void>;
}

/**
 * Starts DynamoDB and DynamoDB Streams on one loopback URL, in this process: dynalite's tables and expressions, plus
 * change streams, old items on failed conditions, write transactions and injected faults. Requests needn't be signed.
 * Time to live and point-in-time recovery can be set and read, but nothing expires and nothing is backed up. A stream
 * has one shard and keeps at most the last 64 MB of its records. Region us-east-1, account 000000000000.
 * @throws Error if the port or the folder is in use
 */
export async function startDynamoDbEndpoint(
  options: DynamoDbEndpointOptions = {},
): Promise<DynamoDbEndpoint> {
  const { now = Date.now, createTableMs = 0, omitOldItemOnConditionFailure = false, path } = options;
  const store = openStore(createTableMs, path);
  const registry = await TableRegistry.open(store);
  const operations = operationsOf(
    { store, registry, now, createTableMs },
    { store, capture: (change) => registry.capture(change, now()), omitOldItemOnConditionFailure },
  );
  const server = createServer(
    (request, response) => void answer(operations, options.fault, request, response),
  );
  const port = await listen(server, options.port ?? 0).catch(async (thrown: unknown) => {
    await store.db.close();
    throw thrown;
  });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      await stop(server);
      await registry.stored();
      await store.db.close();
    },
  };
}

function openStore(createTableMs: number, path: string | undefined): Store {
  const store = database.create({
    createTableMs,
    updateTableMs: 0,
    deleteTableMs: 0,
    ...(path !== undefined && { path }),
  });
  store.tableDb.awsRegion = REGION;
  store.tableDb.awsAccountId = ACCOUNT;
  return store;
}

async function answer(
  operations: Operations,
  fault: DynamoDbEndpointOptions['fault'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let injected: DynamoDbFault | undefined;
  const answered = await readInput(request)
    .then((input) => {
      const target = String(request.headers['x-amz-target'] ?? '');
      injected = fault?.(target.split('.').at(-1) ?? '', tableNameOf(input));
      refuseIf(injected);
      return operations(target, input);
    })
    .then((body) => ({ statusCode: 200, body }))
    .catch((thrown: unknown) => (isServiceError(thrown) ? thrown : internalError(thrown)));
  if (injected === 'lost-response') request.socket.destroy();
  else send(response, answered.statusCode, answered.body);
}

function internalError(thrown: unknown): ServiceError {
  return new ServiceError('InternalServerError', String(thrown), {}, 500);
}

async function readInput(request: IncomingMessage): Promise<Fields> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const input: unknown = JSON.parse(Buffer.concat(chunks).toString());
    if (isFields(input)) return input;
  } catch {
    // Answered below, as any body that is no JSON object.
  }
  throw new ServiceError('SerializationException', 'the body must be a JSON object');
}

function send(response: ServerResponse, statusCode: number, body: Fields): void {
  response.writeHead(statusCode, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}

/** The port it listens on. */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
