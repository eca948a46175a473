import { expect, test } from '@jest/globals';
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  PutItemCommand,
  UpdateItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import { changeOf, type Clients } from './clients.ts';
import { item, key, rejectionOf } from './items.ts';

export function streamContract(connect: () => Clients): void {
  test('each change of an item is one record with its images', async () => {
    const { dynamodb } = connect();
    const arn = await connect().createTable('changing', 'NEW_AND_OLD_IMAGES');

    await dynamodb.send(new PutItemCommand({ TableName: 'changing', Item: item('a', 1) }));
    await dynamodb.send(new PutItemCommand({ TableName: 'changing', Item: item('a', 2) }));
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: 'changing',
        Key: key('a'),
        UpdateExpression: 'ADD #value :more',
        ExpressionAttributeNames: { '#value': 'value' },
        ExpressionAttributeValues: { ':more': { N: '5' } },
      }),
    );
    await dynamodb.send(new DeleteItemCommand({ TableName: 'changing', Key: key('a') }));

    const records = await connect().recordsOf(arn);
    expect(records.map(changeOf)).toEqual([
      ['INSERT', key('a'), undefined, item('a', 1)],
      ['MODIFY', key('a'), item('a', 1), item('a', 2)],
      ['MODIFY', key('a'), item('a', 2), item('a', 7)],
      ['REMOVE', key('a'), item('a', 7), undefined],
    ]);
  });

  test('a record says where it comes from and how large it is', async () => {
    const arn = await connect().createTable('sized', 'NEW_AND_OLD_IMAGES');

    await connect().dynamodb.send(new PutItemCommand({ TableName: 'sized', Item: { id: { S: 'ab' } } }));

    expect(await connect().recordsOf(arn)).toEqual([
      {
        eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventName: 'INSERT',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: 'us-east-1',
        dynamodb: {
          ApproximateCreationDateTime: expect.any(Date),
          Keys: key('ab'),
          NewImage: key('ab'),
          SequenceNumber: expect.stringMatching(/^\d{21,40}$/),
          SizeBytes: 8,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
      },
    ]);
  });

  test('a write that changes nothing leaves no record', async () => {
    const { dynamodb } = connect();
    const arn = await connect().createTable('still', 'KEYS_ONLY');
    await dynamodb.send(
      new PutItemCommand({ TableName: 'still', Item: { ...key('a'), tags: { SS: ['x', 'y'] } } }),
    );

    await dynamodb.send(
      new PutItemCommand({ TableName: 'still', Item: { ...key('a'), tags: { SS: ['y', 'x'] } } }),
    );
    await dynamodb.send(
      new UpdateItemCommand({ TableName: 'still', Key: key('a'), UpdateExpression: 'REMOVE absent' }),
    );
    await dynamodb.send(new DeleteItemCommand({ TableName: 'still', Key: key('b') }));

    const records = await connect().recordsOf(arn);
    expect(records.map((record) => record.eventName)).toEqual(['INSERT']);
  });

  test('a failed condition leaves no record', async () => {
    const arn = await connect().createTable('refused', 'KEYS_ONLY');

    await rejectionOf(
      connect().dynamodb.send(
        new PutItemCommand({
          TableName: 'refused',
          Item: item('a', 1),
          ConditionExpression: 'attribute_exists(id)',
        }),
      ),
    );

    expect(await connect().recordsOf(arn)).toEqual([]);
  });

  test.each([
    ['KEYS_ONLY', undefined, undefined],
    ['NEW_IMAGE', undefined, item('a', 2)],
    ['OLD_IMAGE', item('a', 1), undefined],
    ['NEW_AND_OLD_IMAGES', item('a', 1), item('a', 2)],
  ] as const)('a %s stream carries the images it names', async (viewType, oldImage, newImage) => {
    const table = `viewed-${viewType}`;
    const arn = await connect().createTable(table, viewType);

    await connect().dynamodb.send(new PutItemCommand({ TableName: table, Item: item('a', 1) }));
    await connect().dynamodb.send(new PutItemCommand({ TableName: table, Item: item('a', 2) }));

    const records = await connect().recordsOf(arn);
    expect(records.slice(1).map(changeOf)).toEqual([['MODIFY', key('a'), oldImage, newImage]]);
  });

  test('a batch is one record per item', async () => {
    const arn = await connect().createTable('batched', 'NEW_AND_OLD_IMAGES');
    await connect().dynamodb.send(new PutItemCommand({ TableName: 'batched', Item: item('a', 1) }));

    await connect().dynamodb.send(
      new BatchWriteItemCommand({
        RequestItems: {
          batched: [
            { DeleteRequest: { Key: key('a') } },
            { PutRequest: { Item: item('b', 2) } },
            { DeleteRequest: { Key: key('absent') } },
          ],
        },
      }),
    );

    const records = await connect().recordsOf(arn);
    expect(records.slice(1).map(changeOf)).toEqual(
      expect.arrayContaining([
        ['REMOVE', key('a'), item('a', 1), undefined],
        ['INSERT', key('b'), undefined, item('b', 2)],
      ]),
    );
    expect(records).toHaveLength(3);
  });

  test('an iterator begins at the oldest record, at or after a given one, or at the end', async () => {
    const arn = await connect().createTable('positions', 'KEYS_ONLY');
    const put = (id: string): Promise<unknown> =>
      connect().dynamodb.send(new PutItemCommand({ TableName: 'positions', Item: key(id) }));
    for (const id of ['a', 'b', 'c']) await put(id);
    const second = (await connect().recordsOf(arn))[1]?.dynamodb?.SequenceNumber;

    const iterators = [
      await connect().iterator(arn, 'TRIM_HORIZON'),
      await connect().iterator(arn, 'AT_SEQUENCE_NUMBER', second),
      await connect().iterator(arn, 'AFTER_SEQUENCE_NUMBER', second),
      await connect().iterator(arn, 'LATEST'),
    ];
    await put('d');

    const reads = await Promise.all(iterators.map((iterator) => connect().read(iterator)));
    expect(
      reads.map(({ records }) => records.map((record) => record.dynamodb?.Keys?.['id']?.S).join('')),
    ).toEqual(['abcd', 'bcd', 'cd', 'd']);
  });

  test('a stream read in small pages while it is written loses and repeats nothing', async () => {
    const arn = await connect().createTable('flowing', 'KEYS_ONLY');
    const ids = Array.from({ length: 200 }, (_, index) => `item-${index}`);
    let isWriting = true;
    const writing = Promise.all(
      ids.map((id) => connect().dynamodb.send(new PutItemCommand({ TableName: 'flowing', Item: key(id) }))),
    ).finally(() => {
      isWriting = false;
    });

    const seen: (string | undefined)[] = [];
    let iterator = await connect().iterator(arn, 'TRIM_HORIZON');
    for (let isLastRead = false; !isLastRead; ) {
      isLastRead = !isWriting;
      const { records, next } = await connect().read(iterator, 7);
      seen.push(...records.map((record) => record.dynamodb?.Keys?.['id']?.S));
      iterator = next ?? '';
    }
    await writing;

    expect(seen).toHaveLength(ids.length);
    expect(new Set(seen)).toEqual(new Set(ids));
  });

  test('a stream can be enabled later and disabled again, and then ends', async () => {
    const { dynamodb, streams: reader } = connect();
    await connect().createTable('switched');
    await dynamodb.send(new PutItemCommand({ TableName: 'switched', Item: item('unseen', 1) }));

    const { TableDescription: table } = await dynamodb.send(
      new UpdateTableCommand({
        TableName: 'switched',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    await dynamodb.send(new PutItemCommand({ TableName: 'switched', Item: item('seen', 1) }));
    await dynamodb.send(
      new UpdateTableCommand({ TableName: 'switched', StreamSpecification: { StreamEnabled: false } }),
    );
    await dynamodb.send(new PutItemCommand({ TableName: 'switched', Item: item('unseen', 2) }));

    const arn = table?.LatestStreamArn ?? '';
    const { records, next } = await connect().read(await connect().iterator(arn, 'TRIM_HORIZON'));
    const { StreamDescription: stream } = await reader.send(new DescribeStreamCommand({ StreamArn: arn }));
    expect(records.map(changeOf)).toEqual([['INSERT', key('seen'), undefined, item('seen', 1)]]);
    expect(next).toBeUndefined();
    expect(stream?.StreamStatus).toBe('DISABLED');
  });

  test('the streams of a table are listed', async () => {
    const arn = await connect().createTable('listed', 'KEYS_ONLY');

    const { Streams: listed } = await connect().streams.send(new ListStreamsCommand({ TableName: 'listed' }));

    expect(listed).toEqual([{ StreamArn: arn, TableName: 'listed', StreamLabel: arn.split('/').at(-1) }]);
  });

  test('a table created again under its name has a new stream', async () => {
    const { dynamodb } = connect();
    const first = await connect().createTable('reborn', 'NEW_IMAGE');
    await dynamodb.send(new PutItemCommand({ TableName: 'reborn', Item: item('a', 1) }));
    await dynamodb.send(new DeleteTableCommand({ TableName: 'reborn' }));

    const second = await connect().createTable('reborn', 'NEW_IMAGE');
    await dynamodb.send(new PutItemCommand({ TableName: 'reborn', Item: item('a', 2) }));

    expect((await connect().recordsOf(first)).map(changeOf)).toEqual([
      ['INSERT', key('a'), undefined, item('a', 1)],
    ]);
    expect((await connect().recordsOf(second)).map(changeOf)).toEqual([
      ['INSERT', key('a'), undefined, item('a', 2)],
    ]);
  });
}
