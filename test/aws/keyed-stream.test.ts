import { KinesisClient, LimitExceededException } from '@aws-sdk/client-kinesis';
import { expect, jest, test } from '@jest/globals';
import { requireKeyed } from '../../lib/aws/keyed-stream.ts';

const ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders';

test('a service without time to say how a stream keeps keys is asked again later', async () => {
  const client = new KinesisClient({ region: 'us-east-1' });
  const send = jest.spyOn(client, 'send');
  send.mockImplementation(() => {
    throw new LimitExceededException({ message: 'Rate exceeded', $metadata: {} });
  });

  const isKnown = await requireKeyed(client, ARN);

  expect(isKnown).toBe(false);
});
