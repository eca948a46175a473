import { once } from 'node:events';
import { createServer as createHttp1Server, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { createServer, type Socket } from 'node:net';

export type WireRequest = IncomingMessage | Http2ServerRequest;
export type WireResponse = ServerResponse | Http2ServerResponse;

export interface DualServer {
  readonly port: number;
  /** Stops listening and ends every connection at once, busy or idle. */
  close(): Promise<void>;
}

/** No HTTP/1 method starts so; every HTTP/2 connection does. https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const HTTP2_PREFACE = 'PRI';
const HTTP2_WINDOW_BYTES = 1024 * 1024;

/** Serves HTTP/1.1 and HTTP/2 without TLS (prior knowledge) on one loopback port: each connection's first bytes tell. */
export async function serveHttp1And2(
  port: number,
  onRequest: (request: WireRequest, response: WireResponse) => void,
): Promise<DualServer> {
  const http1 = createHttp1Server(onRequest);
  const http2 = createHttp2Server({ settings: { initialWindowSize: HTTP2_WINDOW_BYTES } }, onRequest);
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('readable', () => {
      const head: unknown = socket.read();
      if (!Buffer.isBuffer(head)) return;
      socket.unshift(head);
      const isHttp2 = head.toString('latin1', 0, HTTP2_PREFACE.length) === HTTP2_PREFACE;
      (isHttp2 ? http2 : http1).emit('connection', socket);
    });
  });
  listener.listen(port, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
