import { CreateStreamCommand, KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createEventSourceMapping,
  type EventSourceMapping,
  type Modes,
} from '../../../lib/local/event-source-mapping/index.ts';
import { startKinesisEndpoint, type KinesisEndpoint } from '../../../lib/local/kinesis/index.ts';
import { STREAM_ARN } from './shard-driver.ts';

const CONSUMER_ARN = `${STREAM_ARN}/consumer/billing:1`;
const StreamName = 'orders';

describe('a mapping of an enhanced fan-out consumer', () => {
  let endpoint: KinesisEndpoint;
  let client: KinesisClient;
  let mapping: EventSourceMapping | undefined;

  beforeEach(async () => {
    endpoint = await startKinesisEndpoint();
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    client = new KinesisClient({ endpoint: endpoint.url, region: 'us-east-1', credentials });
  });

  afterEach(async () => {
    await mapping?.stop();
    client.destroy();
    await endpoint.close();
  });

  /** What the one record of the stream names as its source. */
  async function deliver(modes: Partial<Modes>): Promise<unknown> {
    const events: object[] = [];
    await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    mapping = createEventSourceMapping(
      {
        parameters: { startingPosition: 'TRIM_HORIZON' },
        eventSourceArn: CONSUMER_ARN,
        client,
        invoke: async (event) => {
          events.push(event);
          return { kind: 'ok', payload: '' };
        },
      },
      { pollMs: 5, discoveryMs: 20, modes },
    );
    mapping.start();
    await mapping.drained();
    await client.send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.from('order') }));
    await mapping.drained();
    return events;
  }

  test('C7: reads the stream, and names the consumer as the source of its records', async () => {
    const events = await deliver({});

    expect(events).toMatchObject([{ Records: [{ eventSourceARN: CONSUMER_ARN }] }]);
    expect(mapping?.streamArn).toBe(STREAM_ARN);
  });

  test('names the stream as the source of its records, in another mode', async () => {
    const events = await deliver({ consumerSource: 'stream' });

    expect(events).toMatchObject([{ Records: [{ eventSourceARN: STREAM_ARN }] }]);
  });
});
