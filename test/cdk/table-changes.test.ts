import { describe, expect, test } from '@jest/globals';
import type { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AttributeType, StreamViewType, Table, TableV2, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { resultsTable, StreamPipeline, type StreamPipelineProps } from 'millrace/cdk';
import { fileURLToPath } from 'node:url';
import { ledger } from '../support/ledger.ts';
import { ordersPipeline, ordersStack } from './orders-stack.ts';

type Types = NonNullable<(typeof ledger)['~types']>;
type LedgerProps = Partial<StreamPipelineProps<Types['in'], Types['out']>>;

const entry = fileURLToPath(new URL('../support/ledger.ts', import.meta.url));

function accountsTable(stack: Stack, props: Partial<TableProps> = {}): Table {
  return new Table(stack, 'Accounts', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
    ...props,
  });
}

function ledgerIn(stack: Stack, props: LedgerProps): StreamPipeline<Types['in'], Types['out']> {
  const sinks = { moved: resultsTable(), named: resultsTable() };
  return new StreamPipeline(stack, 'Pipeline', { pipeline: ledger, entry, sinks, ...props });
}

describe('a source that has the changes of a table', () => {
  test("is read from the table's stream, with the right to it, and has no stream of its own and no ticks", () => {
    const stack = ordersStack();

    const pipeline = ledgerIn(stack, { changes: { accounts: accountsTable(stack) } });

    const template = Template.fromStack(stack);
    const streamArn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Accounts'), 'StreamArn'] };
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: streamArn,
      TumblingWindowInSeconds: 60,
      ParallelizationFactor: 1,
      MaximumRetryAttempts: -1,
      StartingPosition: 'TRIM_HORIZON',
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: Match.arrayWith(['dynamodb:GetRecords', 'dynamodb:GetShardIterator']),
            Resource: streamArn,
          }),
        ]),
      },
    });
    expect(Object.keys(pipeline.streams)).toEqual(['transfers']);
    expect(Object.keys(template.findOutputs('AccountsStream'))).toEqual([]);
    const stages = pipeline.plan.stages.length;
    template.resourceCountIs('AWS::Kinesis::Stream', stages - 1);
    template.resourceCountIs('AWS::Events::Rule', stages - 1);
  });

  test('needs its table', () => {
    expect(() => ledgerIn(ordersStack(), {})).toThrow(
      'source "accounts" of pipeline "ledger" is bound to nothing; bind it to the table whose changes it reads, for example ' +
        'changes: { accounts: table }',
    );
  });

  test('needs a table with a stream', () => {
    const stack = ordersStack();
    const accounts = Table.fromTableName(stack, 'Accounts', 'accounts');

    expect(() => ledgerIn(stack, { changes: { accounts } })).toThrow(
      'the table of source "accounts" has no stream, and its changes are read from it; give it stream: ' +
        'StreamViewType.NEW_AND_OLD_IMAGES',
    );
  });

  test('needs both images', () => {
    const stack = ordersStack();
    ledgerIn(stack, { changes: { accounts: accountsTable(stack, { stream: StreamViewType.NEW_IMAGE }) } });

    expect(() => Template.fromStack(stack)).toThrow(
      'the stream of table "Orders/Accounts" has NEW_IMAGE, and changes have both images',
    );
  });

  test('needs both images of a table of the second kind too', () => {
    const stack = ordersStack();
    const accounts = new TableV2(stack, 'Accounts', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      dynamoStream: StreamViewType.KEYS_ONLY,
    });
    ledgerIn(stack, { changes: { accounts } });

    expect(() => Template.fromStack(stack)).toThrow(
      'the stream of table "Orders/Accounts" has KEYS_ONLY, and changes have both images',
    );
  });

  test('is not bound to a stream', () => {
    const stack = ordersStack();
    const accounts = new Stream(stack, 'Stream');

    expect(() => ledgerIn(stack, { sources: { accounts } })).toThrow(
      'sources of pipeline "ledger" bind "accounts" to a stream, and it reads the changes of a table; bind it in changes: ' +
        '{ accounts: table }',
    );
  });

  test('is the only one that is bound to a table', () => {
    const stack = ordersStack();

    expect(() => ordersPipeline({ changes: { orders: accountsTable(stack) } }, stack)).toThrow(
      'changes of pipeline "orders" bind "orders", which is no source made by changesOf(…); it reads the changes of none',
    );
  });
});
