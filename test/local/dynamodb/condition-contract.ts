import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Clients } from './clients.ts';
import { item, key, rejectionOf } from './items.ts';

export function conditionContract(connect: () => Clients): void {
  test('of 100 writers of one value, one wins', async () => {
    const { dynamodb } = connect();
    await connect().createTable('contended');
    await dynamodb.send(new PutItemCommand({ TableName: 'contended', Item: item('a', 0) }));

    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, writer) =>
        dynamodb.send(
          new UpdateItemCommand({
            TableName: 'contended',
            Key: key('a'),
            UpdateExpression: 'SET #value = :new',
            ConditionExpression: '#value = :old',
            ExpressionAttributeNames: { '#value': 'value' },
            ExpressionAttributeValues: { ':new': { N: String(writer + 1) }, ':old': { N: '0' } },
          }),
        ),
      ),
    );
    const { Item: stored } = await dynamodb.send(
      new GetItemCommand({ TableName: 'contended', Key: key('a') }),
    );

    const winners = outcomes.flatMap(({ status }, writer) => (status === 'fulfilled' ? [writer] : []));
    expect(winners.map((writer) => item('a', writer + 1))).toEqual([stored]);
  });

  describe('a write whose condition fails', () => {
    const failing = {
      TableName: 'conditional',
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    } as const;

    beforeAll(async () => {
      await connect().createTable('conditional');
      await connect().dynamodb.send(new PutItemCommand({ TableName: 'conditional', Item: item('a', 1) }));
    });

    test.each([
      [
        'put',
        (): Promise<unknown> =>
          connect().dynamodb.send(new PutItemCommand({ ...failing, Item: item('a', 2) })),
      ],
      [
        'delete',
        (): Promise<unknown> => connect().dynamodb.send(new DeleteItemCommand({ ...failing, Key: key('a') })),
      ],
      [
        'update',
        (): Promise<unknown> =>
          connect().dynamodb.send(
            new UpdateItemCommand({ ...failing, Key: key('a'), UpdateExpression: 'REMOVE absent' }),
          ),
      ],
    ])('by %s gets the old item', async (_, write) => {
      const failure = await rejectionOf(write());

      expect(failure).toBeInstanceOf(ConditionalCheckFailedException);
      expect(failure).toMatchObject({ Item: item('a', 1) });
    });

    test('gets no item if it did not ask for it', async () => {
      const { ReturnValuesOnConditionCheckFailure: _, ...unasked } = failing;

      const failure = await rejectionOf(
        connect().dynamodb.send(new PutItemCommand({ ...unasked, Item: item('a', 2) })),
      );

      expect(failure).toBeInstanceOf(ConditionalCheckFailedException);
      expect(failure).toMatchObject({ Item: undefined });
    });

    test('gets no item if there is none', async () => {
      const failure = await rejectionOf(
        connect().dynamodb.send(
          new PutItemCommand({ ...failing, Item: item('b', 2), ConditionExpression: 'attribute_exists(id)' }),
        ),
      );

      expect(failure).toBeInstanceOf(ConditionalCheckFailedException);
      expect(failure).toMatchObject({ Item: undefined });
    });
  });
}
