import { paginateQuery, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { JOURNAL_KEY } from '../plan/index.ts';

/** The journal table and how to reach it. */
export interface JournalTable {
  readonly client: DynamoDBClient;
  readonly name: string;
}

/** A task's items whose sort keys begin with the prefix, in their order, read consistently; on demand without what is in them. */
export async function queryItems(
  { client, name }: JournalTable,
  task: string,
  prefix: string,
  fetched: 'items' | 'slots' = 'items',
): Promise<readonly Record<string, AttributeValue>[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName: name,
      ConsistentRead: true,
      KeyConditionExpression: '#task = :task AND begins_with(#slot, :prefix)',
      ExpressionAttributeNames: { '#task': JOURNAL_KEY.partition, '#slot': JOURNAL_KEY.sort },
      ExpressionAttributeValues: { ':task': { S: task }, ':prefix': { S: prefix } },
      ...(fetched === 'slots' && { ProjectionExpression: '#slot' }),
    },
  );
  const items: Record<string, AttributeValue>[] = [];
  for await (const { Items = [] } of pages) items.push(...Items);
  return items;
}
