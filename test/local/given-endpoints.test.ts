import { createServer } from 'node:http';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { givenEndpoints, requireAnswers } from '../../lib/local/given-endpoints.ts';
import { startLocalPlatform } from '../../lib/local/index.ts';

describe('endpoints that run elsewhere', () => {
  test.each([
    [{}, {}],
    [{ AWS_ENDPOINT_URL: '' }, {}],
    [
      { AWS_ENDPOINT_URL: 'http://a' },
      { kinesis: 'http://a', dynamodb: 'http://a', s3: 'http://a', sqs: 'http://a' },
    ],
    [
      { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_KINESIS: 'http://k' },
      { kinesis: 'http://k', dynamodb: 'http://a', s3: 'http://a', sqs: 'http://a' },
    ],
    [{ AWS_ENDPOINT_URL_DYNAMODB: 'http://d' }, { dynamodb: 'http://d' }],
  ])('%j means %j', (variables, endpoints) => {
    expect(givenEndpoints(variables)).toEqual(endpoints);
  });

  test('are used in place of those that are built in', async () => {
    const first = await startLocalPlatform({ endpoints: {} });

    const second = await startLocalPlatform({ endpoints: first.endpoints });

    expect(second.endpoints).toEqual(first.endpoints);
    await second.stop();
    await first.stop();
  });

  test('must answer', async () => {
    const asked = requireAnswers({ kinesis: 'http://127.0.0.1:1' });

    await expect(asked).rejects.toThrow(
      /^nothing at "http:\/\/127.0.0.1:1" answers as kinesis does: .*; start it, or unset AWS_ENDPOINT_URL_KINESIS and AWS_ENDPOINT_URL to use the endpoint that is built in$/,
    );
  });

  test('must answer as the service does', async () => {
    const server = createServer((_, response) => response.end('<html>hello</html>')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;

    const asked = requireAnswers({ dynamodb: `http://127.0.0.1:${port}` });

    await expect(asked).rejects.toThrow('answers as dynamodb does');
    server.close();
  });
});
