import { expect, test } from '@jest/globals';
import {
  CreateTableCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { changeOf, type Clients } from './clients.ts';
import { item, key, rejectionOf } from './items.ts';

const isValue = (value: number): object => ({
  ConditionExpression: '#value = :value',
  ExpressionAttributeNames: { '#value': 'value' },
  ExpressionAttributeValues: { ':value': { N: String(value) } },
});

export function transactionContract(connect: () => Clients): void {
  const created = async (table: string): Promise<string> => {
    const arn = await connect().createTable(table, 'NEW_AND_OLD_IMAGES');
    await connect().dynamodb.send(new PutItemCommand({ TableName: table, Item: item('a', 1) }));
    await connect().dynamodb.send(new PutItemCommand({ TableName: table, Item: item('b', 2) }));
    return arn;
  };
  test('a transaction whose conditions hold makes all its writes', async () => {
    const arn = await created('agreed');

    await connect().dynamodb.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          {
            ConditionCheck: {
              TableName: 'agreed',
              Key: key('a'),
              ConditionExpression: 'attribute_exists(id)',
            },
          },
          { Delete: { TableName: 'agreed', Key: key('b'), ...isValue(2) } },
          { Put: { TableName: 'agreed', Item: item('c', 3) } },
          { Update: { TableName: 'agreed', Key: key('d'), UpdateExpression: 'REMOVE absent' } },
        ],
      }),
    );

    expect((await connect().recordsOf(arn)).slice(2).map(changeOf)).toEqual([
      ['REMOVE', key('b'), item('b', 2), undefined],
      ['INSERT', key('c'), undefined, item('c', 3)],
      ['INSERT', key('d'), undefined, key('d')],
    ]);
  });

  test('a transaction with one failed condition writes nothing and says which failed', async () => {
    const arn = await created('vetoed');

    const failure = await rejectionOf(
      connect().dynamodb.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Put: { TableName: 'vetoed', Item: item('a', 9) } },
            {
              ConditionCheck: {
                TableName: 'vetoed',
                Key: key('b'),
                ConditionExpression: 'attribute_not_exists(id)',
                ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
              },
            },
          ],
        }),
      ),
    );

    expect(failure).toBeInstanceOf(TransactionCanceledException);
    expect(failure).toMatchObject({
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: item('b', 2) }],
    });
    expect(await connect().recordsOf(arn)).toHaveLength(2);
  });

  test('a transaction repeated with its token is done once', async () => {
    const arn = await created('repeated');
    const request = {
      ClientRequestToken: 'once',
      TransactItems: [
        {
          Update: {
            TableName: 'repeated',
            Key: key('a'),
            UpdateExpression: 'ADD #value :one',
            ExpressionAttributeNames: { '#value': 'value' },
            ExpressionAttributeValues: { ':one': { N: '1' } },
          },
        },
      ],
    };

    await connect().dynamodb.send(new TransactWriteItemsCommand(request));
    await connect().dynamodb.send(new TransactWriteItemsCommand(request));

    expect(await connect().recordsOf(arn)).toHaveLength(3);
  });

  test('transactions that cross each other each take effect once', async () => {
    await created('moved');
    const move = (from: string, to: string): Promise<unknown> =>
      connect().dynamodb.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            [from, '-1'],
            [to, '1'],
          ].map(([id = '', amount = '']) => ({
            Update: {
              TableName: 'moved',
              Key: key(id),
              UpdateExpression: 'ADD #value :amount',
              ExpressionAttributeNames: { '#value': 'value' },
              ExpressionAttributeValues: { ':amount': { N: amount } },
            },
          })),
        }),
      );

    const circle = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
    ] as const;
    const moves = await Promise.allSettled(
      Array.from({ length: 10 }, () => circle.map(([from, to]) => move(from, to))).flat(),
    );

    const [ab = 0, bc = 0, ca = 0] = circle.map(
      (_, pair) => moves.filter(({ status }, index) => status === 'fulfilled' && index % 3 === pair).length,
    );
    const { Items: items = [] } = await connect().dynamodb.send(new ScanCommand({ TableName: 'moved' }));
    expect(new Map(items.map((one) => [one['id']?.S, Number(one['value']?.N)]))).toEqual(
      new Map([
        ['a', 1 - ab + ca],
        ['b', 2 - bc + ab],
        ['c', 0 - ca + bc],
      ]),
    );
  });

  test('what a transaction writes is found through an index', async () => {
    const { dynamodb } = connect();
    await dynamodb.send(
      new CreateTableCommand({
        TableName: 'indexed',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: ['id', 'owner'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-owner',
            KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      }),
    );
    const owned = { ...key('a'), owner: { S: 'miller' } };

    await dynamodb.send(
      new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: 'indexed', Item: owned } }] }),
    );
    const { Items: found } = await dynamodb.send(
      new QueryCommand({
        TableName: 'indexed',
        IndexName: 'by-owner',
        KeyConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': { S: 'miller' } },
      }),
    );

    expect(found).toEqual([owned]);
  });
}
