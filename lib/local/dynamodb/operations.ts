import { tableOfArn } from './arn.ts';
import { execute, type Fields, isDynaliteOperation, type Store } from './dynalite.ts';
import { isFields } from './fields.ts';
import { type WriteContext, writeItems } from './item-writes.ts';
import { ServiceError } from './service-error.ts';
import { describeStream, getRecords, getShardIterator, listStreams } from './stream-operations.ts';
import {
  describeContinuousBackups,
  describeTimeToLive,
  updateContinuousBackups,
  updateTimeToLive,
} from './table-extras.ts';
import {
  createTable,
  deleteTable,
  describeTable,
  type TableContext,
  updateTable,
} from './table-operations.ts';
import { Transactions } from './transactions.ts';

export type Operations = (target: string, input: Fields) => Promise<Fields>;

/** All operations of both services, by the target a request names: `DynamoDB_20120810.PutItem`. */
export function operationsOf(tables: TableContext, writes: WriteContext): Operations {
  const transactions = new Transactions(writes, tables.now);
  const own = new Map<string, (input: Fields) => Fields | Promise<Fields>>([
    ['DynamoDB_20120810.CreateTable', (input) => createTable(tables, input)],
    ['DynamoDB_20120810.DescribeTable', (input) => describeTable(tables, input)],
    ['DynamoDB_20120810.UpdateTable', (input) => updateTable(tables, input)],
    ['DynamoDB_20120810.DeleteTable', (input) => deleteTable(tables, input)],
    ['DynamoDB_20120810.UpdateTimeToLive', (input) => updateTimeToLive(tables, input)],
    ['DynamoDB_20120810.DescribeTimeToLive', (input) => describeTimeToLive(tables, input)],
    ['DynamoDB_20120810.UpdateContinuousBackups', (input) => updateContinuousBackups(tables, input)],
    ['DynamoDB_20120810.DescribeContinuousBackups', (input) => describeContinuousBackups(tables, input)],
    ['DynamoDB_20120810.PutItem', (input) => writeItems(writes, 'PutItem', input)],
    ['DynamoDB_20120810.UpdateItem', (input) => writeItems(writes, 'UpdateItem', input)],
    ['DynamoDB_20120810.DeleteItem', (input) => writeItems(writes, 'DeleteItem', input)],
    ['DynamoDB_20120810.BatchWriteItem', (input) => writeItems(writes, 'BatchWriteItem', input)],
    ['DynamoDB_20120810.TransactWriteItems', (input) => transactions.write(input)],
    ['DynamoDBStreams_20120810.ListStreams', (input) => listStreams(tables, input)],
    ['DynamoDBStreams_20120810.DescribeStream', (input) => describeStream(tables, input)],
    ['DynamoDBStreams_20120810.GetShardIterator', (input) => getShardIterator(tables, input)],
    ['DynamoDBStreams_20120810.GetRecords', (input) => getRecords(tables, input)],
  ]);
  return async (target, input) => own.get(target)?.(input) ?? passThrough(tables.store, target, input);
}

async function passThrough(store: Store, target: string, input: Fields): Promise<Fields> {
  const [service, operation = ''] = target.split('.');
  if (service === 'DynamoDB_20120810' && isDynaliteOperation(operation))
    return execute(store, operation, input);
  throw new ServiceError(
    'UnknownOperationException',
    `operation "${target}" is not available on this endpoint`,
  );
}

/** The table a request is about; undefined if that is none or several. */
export function tableNameOf(input: Fields): string | undefined {
  if (typeof input['TableName'] === 'string') return input['TableName'];
  if (typeof input['StreamArn'] === 'string') return tableOfArn(input['StreamArn']);
  if (typeof input['ShardIterator'] === 'string') return tableOfArn(input['ShardIterator']);
  const [name, ...others] = isFields(input['RequestItems']) ? Object.keys(input['RequestItems']) : [];
  return others.length === 0 ? name : undefined;
}
