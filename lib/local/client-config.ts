import { NodeHttpHandler } from '@smithy/node-http-handler';
import { REGION } from './assembly/index.ts';

interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** HTTP/1.1, for Kinesis as well: not every endpoint speaks HTTP/2. */
  readonly requestHandler: NodeHttpHandler;
}

/** How this process talks to a local endpoint: as the account and with the credentials the functions have. */
export function clientConfig(endpoint: string): ClientConfig {
  return {
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: new NodeHttpHandler(),
  };
}
