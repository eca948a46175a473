import { expect, test } from '@jest/globals';
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { _Record } from '@aws-sdk/client-dynamodb-streams';
import * as fc from 'fast-check';
import type { Clients } from './clients.ts';
import { type Item, key } from './items.ts';

type Write =
  | { readonly kind: 'put'; readonly item: Item }
  | { readonly kind: 'add'; readonly id: string; readonly amount: number }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'delete'; readonly id: string }
  | { readonly kind: 'batch'; readonly puts: readonly Item[]; readonly deleted: string };

const id = fc.constantFrom('a', 'b', 'c', 'd');
const item: fc.Arbitrary<Item> = fc
  .record({
    id,
    count: fc.integer({ min: 0, max: 2 }),
    tags: fc.uniqueArray(fc.constantFrom('x', 'y'), { minLength: 1 }),
  })
  .map((value) => ({ id: { S: value.id }, count: { N: String(value.count) }, tags: { SS: value.tags } }));

const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), item }),
  fc.record({ kind: fc.constant('add' as const), id, amount: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ kind: fc.constant('remove' as const), id }),
  fc.record({ kind: fc.constant('delete' as const), id }),
  fc.record({
    kind: fc.constant('batch' as const),
    puts: fc.uniqueArray(
      item.filter((value) => value['id']?.S !== 'd'),
      { minLength: 1, selector: (value) => value['id']?.S },
    ),
    deleted: fc.constant('d'),
  }),
);

/** Rounds of writes; those of a round run at the same time. */
const rounds = fc.array(fc.array(write, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 });

export function streamReplayContract(connect: () => Clients): void {
  test('replaying the images of a stream rebuilds its table, change by change', async () => {
    let tables = 0;
    await fc.assert(
      fc.asyncProperty(rounds, async (writes) => {
        const table = `replayed-${(tables += 1)}`;
        const arn = await connect().createTable(table, 'NEW_AND_OLD_IMAGES');

        for (const round of writes) {
          await Promise.all(round.map((one) => perform(connect().dynamodb, table, one)));
        }

        const { Items: items = [] } = await connect().dynamodb.send(new ScanCommand({ TableName: table }));
        const stored = new Map(items.map((one) => [one['id']?.S, withSortedTags(one)]));
        expect(replay(await connect().recordsOf(arn))).toEqual(stored);
      }),
      { numRuns: 20 },
    );
  });
}

/** The table a stream describes. Each record must take up where the one before left its item, and change it. */
function replay(records: readonly _Record[]): ReadonlyMap<string | undefined, Item> {
  const table = new Map<string | undefined, Item>();
  for (const { dynamodb } of records) {
    const name = dynamodb?.Keys?.['id']?.S;
    const oldImage = dynamodb?.OldImage && withSortedTags(dynamodb.OldImage);
    const newImage = dynamodb?.NewImage && withSortedTags(dynamodb.NewImage);
    expect(oldImage).toEqual(table.get(name));
    expect(newImage).not.toEqual(oldImage);
    if (newImage === undefined) table.delete(name);
    else table.set(name, newImage);
  }
  return table;
}

/** A set has no order; a write that only reorders one is no change. */
function withSortedTags(one: Item): Item {
  const tags = one['tags']?.SS;
  return tags === undefined ? one : { ...one, tags: { SS: tags.toSorted((a, b) => (a < b ? -1 : 1)) } };
}

async function perform(dynamodb: DynamoDBClient, table: string, one: Write): Promise<void> {
  switch (one.kind) {
    case 'put':
      await dynamodb.send(new PutItemCommand({ TableName: table, Item: one.item }));
      return;
    case 'delete':
      await dynamodb.send(new DeleteItemCommand({ TableName: table, Key: key(one.id) }));
      return;
    case 'add':
      await dynamodb.send(
        new UpdateItemCommand({
          TableName: table,
          Key: key(one.id),
          UpdateExpression: 'ADD #count :amount',
          ExpressionAttributeNames: { '#count': 'count' },
          ExpressionAttributeValues: { ':amount': { N: String(one.amount) } },
        }),
      );
      return;
    case 'remove':
      await dynamodb.send(
        new UpdateItemCommand({
          TableName: table,
          Key: key(one.id),
          UpdateExpression: 'REMOVE tags',
        }),
      );
      return;
    case 'batch':
      await dynamodb.send(
        new BatchWriteItemCommand({
          RequestItems: {
            [table]: [
              ...one.puts.map((put) => ({ PutRequest: { Item: put } })),
              { DeleteRequest: { Key: key(one.deleted) } },
            ],
          },
        }),
      );
  }
}
