import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startDynamoDbEndpoint, type DynamoDbEndpoint } from '../../../lib/local/dynamodb/index.ts';
import {
  createEventSourceMapping,
  type EventSourceMapping,
  type MappingParametersInput,
} from '../../../lib/local/event-source-mapping/index.ts';
import { Clients } from '../dynamodb/clients.ts';

/** A whole second not long ago: what is older than a day has left the stream. */
const CREATED = Math.floor(Date.now() / 60_000) * 60_000 + 5_000 - 60_000;
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000', '');
const item = (id: string, value: number) => ({
  id: { S: id },
  value: { N: String(value) },
  raw: { B: Buffer.from('hi') },
});
/** As it is in an event: bytes are base64. */
const inEvent = (id: string, value: number) => ({ ...item(id, value), raw: { B: 'aGk=' } });

/** What the stream says of a change of item "a". */
const change = (images: object) => ({
  ApproximateCreationDateTime: CREATED / 1000,
  Keys: { id: { S: 'a' } },
  SequenceNumber: expect.stringMatching(/^\d{21,}$/),
  SizeBytes: expect.any(Number),
  StreamViewType: 'NEW_AND_OLD_IMAGES',
  ...images,
});

interface Changes {
  readonly Records: readonly { readonly dynamodb: { readonly NewImage: ReturnType<typeof inEvent> } }[];
}

describe('a mapping of the stream of a table', () => {
  let endpoint: DynamoDbEndpoint;
  let clients: Clients;
  let mapping: EventSourceMapping | undefined;

  beforeEach(async () => {
    endpoint = await startDynamoDbEndpoint({ now: () => CREATED });
    clients = new Clients(endpoint.url);
  });

  afterEach(async () => {
    await mapping?.stop();
    clients.destroy();
    await endpoint.close();
  });

  async function deliver(
    streamArn: string,
    parameters: Partial<MappingParametersInput> = {},
  ): Promise<object[]> {
    const events: object[] = [];
    mapping = createEventSourceMapping(
      {
        parameters: { startingPosition: 'TRIM_HORIZON', ...parameters },
        eventSourceArn: streamArn,
        client: clients.streams,
        invoke: async (event) => {
          events.push(event);
          return { kind: 'ok', payload: JSON.stringify({ state: { seen: events.length } }) };
        },
      },
      { pollMs: 5, idleFinalMs: 0 },
    );
    mapping.start();
    await mapping.drained();
    return events;
  }

  test('keeps the changes of an item in one lane, in order', async () => {
    const TableName = 'orders';
    const streamArn = await clients.createTable(TableName, 'NEW_AND_OLD_IMAGES');
    const ids = Array.from({ length: 8 }, (_, index) => `item ${index}`);
    for (const value of [1, 2, 3]) {
      for (const id of ids)
        await clients.dynamodb.send(new PutItemCommand({ TableName, Item: item(id, value) }));
    }

    const events = await deliver(streamArn, { parallelizationFactor: 4 });

    const batches: Changes[] = JSON.parse(JSON.stringify(events));
    for (const id of ids) {
      const images = batches.map(({ Records }) =>
        Records.map(({ dynamodb }) => dynamodb.NewImage).filter((image) => image.id.S === id),
      );
      const together = [1, 2, 3].map((value) => inEvent(id, value));
      expect(images.filter(({ length }) => length > 0)).toEqual([together]);
    }
    expect(batches.length).toBeGreaterThan(1);
  });

  test('hands over changes as Lambda does', async () => {
    const streamArn = await clients.createTable('orders', 'NEW_AND_OLD_IMAGES');
    await clients.dynamodb.send(new PutItemCommand({ TableName: 'orders', Item: item('a', 1) }));
    await clients.dynamodb.send(new PutItemCommand({ TableName: 'orders', Item: item('a', 2) }));
    await clients.dynamodb.send(new DeleteItemCommand({ TableName: 'orders', Key: { id: { S: 'a' } } }));

    const [event, ...others] = await deliver(streamArn);

    const facts = {
      eventID: expect.any(String),
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventSourceARN: streamArn,
    };
    expect(others).toEqual([]);
    expect(event).toEqual({
      Records: [
        { ...facts, eventName: 'INSERT', dynamodb: change({ NewImage: inEvent('a', 1) }) },
        {
          ...facts,
          eventName: 'MODIFY',
          dynamodb: change({ OldImage: inEvent('a', 1), NewImage: inEvent('a', 2) }),
        },
        { ...facts, eventName: 'REMOVE', dynamodb: change({ OldImage: inEvent('a', 2) }) },
      ],
    });
  });

  test('has tumbling windows with state', async () => {
    const streamArn = await clients.createTable('orders', 'NEW_IMAGE');
    await clients.dynamodb.send(new PutItemCommand({ TableName: 'orders', Item: item('a', 1) }));

    const events = await deliver(streamArn, { tumblingWindowSeconds: 10 });

    const window = { start: iso(CREATED - 5_000), end: iso(CREATED + 5_000) };
    const [shardId] = await clients.shardsOf(streamArn);
    expect(events).toMatchObject([
      { window, state: {}, shardId, eventSourceARN: streamArn, isFinalInvokeForWindow: false },
      { window, state: { seen: 1 }, shardId, Records: [], isFinalInvokeForWindow: true },
    ]);
  });

  test('has no AT_TIMESTAMP', async () => {
    const streamArn = await clients.createTable('orders', 'NEW_IMAGE');

    const mapped = deliver(streamArn, { startingPosition: 'AT_TIMESTAMP', startingPositionTimestampMs: 1 });

    await expect(mapped).rejects.toThrow('use TRIM_HORIZON or LATEST');
  });
});
