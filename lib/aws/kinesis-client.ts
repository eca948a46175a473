import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** The SDK speaks HTTP/2 to Kinesis; an endpoint without TLS may not know it. */
export function kinesisClient(variables: Readonly<Record<string, string | undefined>>): KinesisClient {
  const url = variables['AWS_ENDPOINT_URL_KINESIS'] ?? variables['AWS_ENDPOINT_URL'];
  const isPlain = url?.startsWith('http:') === true;
  return new KinesisClient(isPlain ? { requestHandler: new NodeHttpHandler() } : {});
}
