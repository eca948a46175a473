import { REGION } from './assembly/index.ts';

interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** How this process talks to a local endpoint: as the account and with the credentials the functions have. */
export function clientConfig(endpoint: string): ClientConfig {
  return { endpoint, region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
}
