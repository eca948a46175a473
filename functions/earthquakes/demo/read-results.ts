import { paginateScan, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type DynamoDBStreamsClient,
} from '@aws-sdk/client-dynamodb-streams';
import type { Row } from './batch.ts';

export type Item = Readonly<Record<string, AttributeValue>>;

/** A late quake as the pipeline reports it. */
export interface LateRow {
  readonly id: string;
  readonly net: string;
  readonly reason: string;
  readonly lateBy: number;
}

export async function readTable(client: DynamoDBClient, TableName: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true }))
    items.push(...Items);
  return items;
}

export function rowsOf(items: readonly Item[]): readonly Row[] {
  return items.filter(({ pk }) => pk?.S?.startsWith('perNetwork#')).map(toRow);
}

export function lateOf(items: readonly Item[]): readonly LateRow[] {
  return items
    .filter(({ pk }) => pk?.S?.startsWith('late#'))
    .map(({ value, reason, lateBy }) => ({
      id: value?.M?.['id']?.S ?? '',
      net: value?.M?.['net']?.S ?? '',
      reason: reason?.S ?? '',
      lateBy: Number(lateBy?.N),
    }));
}

function toRow({ key, windowStart, windowEnd, quakes, largest, meanDepth }: Item): Row {
  return {
    key: key?.S ?? '',
    windowStart: Number(windowStart?.N),
    windowEnd: Number(windowEnd?.N),
    quakes: Number(quakes?.N),
    largest: largest?.N === undefined ? undefined : Number(largest.N),
    meanDepth: meanDepth?.N === undefined ? undefined : Number(meanDepth.N),
  };
}

/** How often each item changed, as a consumer of the table's DynamoDB stream sees it. */
export async function countChanges(
  client: DynamoDBStreamsClient,
  TableName: string,
): Promise<ReadonlyMap<string, number>> {
  const changes = new Map<string, number>();
  const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName }));
  const StreamArn = Streams.at(-1)?.StreamArn;
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
  for (const { ShardId } of StreamDescription?.Shards ?? []) {
    const start = new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
    let { ShardIterator } = await client.send(start);
    while (ShardIterator !== undefined) {
      const { Records = [], NextShardIterator } = await client.send(new GetRecordsCommand({ ShardIterator }));
      for (const { dynamodb } of Records) {
        const item = `${dynamodb?.Keys?.['pk']?.S} ${dynamodb?.Keys?.['sk']?.S}`;
        changes.set(item, (changes.get(item) ?? 0) + 1);
      }
      ShardIterator = Records.length === 0 ? undefined : NextShardIterator;
    }
  }
  return changes;
}
