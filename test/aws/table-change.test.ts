import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBStreamsClient,
  type GetRecordsCommandOutput,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TableChangeStream } from '../../lib/aws/table-change-stream.ts';
import { recordOfChange } from '../../lib/aws/table-change.ts';
import { startDynamoDbEndpoint, type DynamoDbEndpoint } from '../../lib/local/dynamodb/index.ts';
import { after, SHARD_START, type InputRecord } from '../../lib/model/index.ts';
import { Clients } from '../local/dynamodb/clients.ts';

describe('a change of a table as a record', () => {
  test('has its images as plain data, and the time the table says', () => {
    const record = recordOfChange({
      eventName: 'MODIFY',
      dynamodb: {
        Keys: { id: { S: 'a' } },
        OldImage: { id: { S: 'a' }, n: { N: '1.5' }, tags: { SS: ['x', 'y'] } },
        NewImage: { id: { S: 'a' }, n: { N: '123456789012345678901' }, raw: { B: Buffer.from('hi') } },
        SequenceNumber: '100000000003498069978',
        ApproximateCreationDateTime: 1_700_000_000,
      },
    });

    expect(record).toMatchObject({
      sequenceNumber: '100000000003498069978',
      partitionKey: '',
      arrival: 1_700_000_000_000,
    });
    expect(JSON.parse(new TextDecoder().decode(record.data))).toEqual({
      kind: 'modify',
      key: { id: 'a' },
      before: { id: 'a', n: 1.5, tags: ['x', 'y'] },
      after: { id: 'a', n: '123456789012345678901', raw: 'aGk=' },
    });
    expect(record.text).toBe(new TextDecoder().decode(record.data));
  });

  test('is the same from an event, where bytes and times are text, as it is read', () => {
    const image = { id: { S: 'a' }, raw: { B: Buffer.from('hi') } };
    const read = recordOfChange({
      eventName: 'INSERT',
      dynamodb: { NewImage: image, SequenceNumber: '1', ApproximateCreationDateTime: new Date(5_000) },
    });
    const inEvent = JSON.parse('{"id":{"S":"a"},"raw":{"B":"aGk="}}');

    const delivered = recordOfChange({
      eventName: 'INSERT',
      dynamodb: { NewImage: inEvent, SequenceNumber: '1', ApproximateCreationDateTime: 5 },
    });

    expect(delivered).toEqual(read);
  });
});

describe('the stream of a table, read directly', () => {
  let endpoint: DynamoDbEndpoint;
  let clients: Clients;

  beforeAll(async () => {
    endpoint = await startDynamoDbEndpoint();
    clients = new Clients(endpoint.url);
  });

  afterAll(async () => {
    clients.destroy();
    await endpoint.close();
  });

  test('has what comes after a position, and its open shard', async () => {
    const arn = await clients.createTable('read', 'NEW_AND_OLD_IMAGES');
    for (const id of ['a', 'b', 'c'])
      await clients.dynamodb.send(new PutItemCommand({ TableName: 'read', Item: { id: { S: id } } }));
    const stream = new TableChangeStream(arn, clients.streams);
    const [shardId = ''] = await stream.openShards();

    const all = await everything(stream.readAfter(shardId, SHARD_START));
    const rest = await everything(stream.readAfter(shardId, after(all[0]?.sequenceNumber ?? '0')));

    expect(all.map(({ text }) => JSON.parse(text ?? '').key)).toEqual([
      { id: 'a' },
      { id: 'b' },
      { id: 'c' },
    ]);
    expect(rest).toEqual(all.slice(1));
    expect(await stream.describeShard(shardId)).toEqual({
      parents: [],
      firstHash: 0n,
      lastHash: 2n ** 128n - 1n,
    });
    expect(await stream.describeShard('another')).toBeUndefined();
  });

  test('is asked for its open shards every ten seconds at most', async () => {
    let asked = 0;
    let now = 0;
    const counting = new Clients(endpoint.url).streams;
    counting.middlewareStack.add((next, { commandName }) => (args) => {
      if (commandName === 'DescribeStreamCommand') asked += 1;
      return next(args);
    });
    const arn = await clients.createTable('listed', 'NEW_AND_OLD_IMAGES');
    const stream = new TableChangeStream(arn, counting, () => now);

    const first = await stream.openShards();
    now = 9_999;
    const second = await stream.openShards();
    now = 10_000;
    await stream.openShards();
    counting.destroy();

    expect(second).toEqual(first);
    expect(asked).toBe(2);
  });

  test('has among its open shards at once those that came when a shard was described', async () => {
    const closed = { EndingSequenceNumber: '9' };
    let Shards: readonly Shard[] = [{ ShardId: 'a' }, { ShardId: 'c' }];
    const listing = new DynamoDBStreamsClient({ region: 'eu-west-1' });
    listing.middlewareStack.add(() => async () => ({
      output: { StreamDescription: { Shards } } as never,
      response: {},
    }));
    const stream = new TableChangeStream('arn', listing, () => 0);
    await stream.openShards();
    Shards = [
      { ShardId: 'a', SequenceNumberRange: closed },
      { ShardId: 'c' },
      { ShardId: 'd', ParentShardId: 'a' },
    ];

    const facts = await stream.describeShard('d');

    expect(facts?.parents).toEqual(['a']);
    expect(await stream.openShards()).toEqual(['c', 'd']);
  });

  test('has nothing of a shard it has forgotten', async () => {
    const stream = new TableChangeStream(
      await clients.createTable('forgotten', 'NEW_AND_OLD_IMAGES'),
      clients.streams,
    );

    expect(await everything(stream.readAfter('shardId-00000000000000000000-00000000', after('7')))).toEqual(
      [],
    );
  });
});

describe('a shard that has ended', () => {
  test('is read to its end, though some answers hold nothing', async () => {
    const records = [{ eventName: 'INSERT' as const, dynamodb: { SequenceNumber: '7' } }];
    const stream = new TableChangeStream(
      'arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/now',
      answering([
        { Records: [], NextShardIterator: 'second' },
        { Records: records, NextShardIterator: 'third' },
        { Records: [] },
      ]),
    );

    const all = await everything(stream.readAfter('shard', SHARD_START));

    expect(all.map(({ sequenceNumber }) => sequenceNumber)).toEqual(['7']);
  });
});

/** A client that sends nothing, and answers with these pages of a shard. */
function answering(pages: readonly Partial<GetRecordsCommandOutput>[]): DynamoDBStreamsClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBStreamsClient({ region: 'us-east-1', credentials });
  const left = [...pages];
  client.middlewareStack.add(
    (_, { commandName }) =>
      async () => {
        const page = commandName === 'GetRecordsCommand' ? left.shift() : { ShardIterator: 'first' };
        return { response: {}, output: { $metadata: {}, ...page } };
      },
    { step: 'initialize', priority: 'high' },
  );
  return client;
}

async function everything(batches: AsyncIterable<readonly InputRecord[]>): Promise<readonly InputRecord[]> {
  const all: InputRecord[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}
