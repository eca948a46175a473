import { EventEmitter, once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';

/** A request as the endpoint gets it, whether or not it is executed. */
export interface Passage {
  readonly operation: string;
  readonly input: {
    readonly TableName?: string;
    readonly Item?: Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;
  };
}

/** What passes between one sandbox and its DynamoDB endpoint, and can be stopped on its way. */
export interface Gate {
  readonly url: string;
  /** Everything that has been let through, in order. */
  readonly passages: readonly Passage[];
  /**
   * Freezes the sandbox at the first request that is meant: it waits `before` it is executed or `after` it was, and so
   * does everything behind it. Fulfilled when it waits.
   */
  freezeAt(isMeant: (request: Passage) => boolean, side: 'before' | 'after'): Promise<void>;
  /** Lets everything through again, and gives up freezing what hasn't come. */
  thaw(): void;
  close(): Promise<void>;
}

/** Starts a gate before an endpoint. A connection the endpoint cuts is cut to the sandbox too. */
export async function startGate(endpoint: string): Promise<Gate> {
  const agent = new Agent({ keepAlive: true });
  const passages: Passage[] = [];
  const signals = new EventEmitter();
  let freezing: Freezing | undefined;
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const passage: Passage = { operation: operationOf(request), input: JSON.parse(body.toString()) };
      const stopped = freezing?.isMeant(passage) === true ? freezing : undefined;
      if (stopped !== undefined) freezing = { ...stopped, isMeant: () => true };
      if (stopped?.side === 'before') await frozen(stopped);
      passages.push(passage);
      const answer = await forward(endpoint, agent, request, body);
      if (stopped?.side === 'after') await frozen(stopped);
      if (answer === 'cut') request.socket.destroy();
      else response.writeHead(answer.status, answer.headers).end(answer.body);
    })();
  });
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    passages,
    freezeAt: (isMeant, side) =>
      new Promise((onFrozen) => {
        freezing = { isMeant, side, onFrozen, thawed: once(signals, 'thaw') };
      }),
    thaw: () => {
      freezing = undefined;
      signals.emit('thaw');
    },
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Freezing {
  readonly isMeant: (request: Passage) => boolean;
  readonly side: 'before' | 'after';
  readonly onFrozen: () => void;
  readonly thawed: Promise<unknown>;
}

function frozen({ onFrozen, thawed }: Freezing): Promise<unknown> {
  onFrozen();
  return thawed;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

function forward(
  endpoint: string,
  agent: Agent,
  { headers }: IncomingMessage,
  body: Buffer,
): Promise<Answer | 'cut'> {
  return new Promise((resolve) => {
    const onward = httpRequest(endpoint, { agent, method: 'POST', headers }, (response) => {
      bodyOf(response).then(
        (answer) =>
          resolve({
            status: response.statusCode ?? 500,
            headers: { 'content-type': response.headers['content-type'] ?? '' },
            body: answer,
          }),
        () => resolve('cut'),
      );
    });
    onward.on('error', () => resolve('cut'));
    onward.end(body);
  });
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function operationOf({ headers }: IncomingMessage): string {
  return String(headers['x-amz-target']).split('.').at(-1) ?? '';
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
