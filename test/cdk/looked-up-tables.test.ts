import { describe, expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Table, type ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { DefinitionError } from 'millrace';
import { describePlan, resultsTable, StreamPipeline } from 'millrace/cdk';
import { fileURLToPath } from 'node:url';
import { purchases } from '../support/looked-up-orders.ts';
import { ordersPipeline, ordersStack } from './orders-stack.ts';

const ENTRY = fileURLToPath(new URL('../../functions/earthquakes/handler.ts', import.meta.url));

function deployed(tableIn: (stack: Stack) => ITable | undefined): StreamPipeline<object, object> {
  const stack = ordersStack();
  const customers = tableIn(stack);
  return new StreamPipeline(stack, 'Pipeline', {
    pipeline: purchases(),
    entry: ENTRY,
    sinks: { placed: resultsTable(), perRegion: resultsTable() },
    ...(customers && { tables: { customers } }),
  });
}

const ANY_ACCOUNT = [
  'arn:',
  { Ref: 'AWS::Partition' },
  ':dynamodb:',
  { Ref: 'AWS::Region' },
  ':',
  { Ref: 'AWS::AccountId' },
];

const importedTable = (stack: Stack): ITable => Table.fromTableName(stack, 'Customers', 'customers-live');

/** The statements that say something about a table, by the function they are for. */
function statementsOn(template: Template, action: string): unknown[] {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  return policies.flatMap(([id, { Properties }]) =>
    (Properties.PolicyDocument.Statement as { Action: unknown; Resource: unknown }[])
      .filter((statement) => JSON.stringify(statement.Action).includes(action))
      .map(({ Action, Resource }) => ({ policy: id.replace(/ServiceRole.*/, ''), Action, Resource })),
  );
}

describe('a table that is looked up', () => {
  test('may be read by its keys alone, by the stage that asks it alone', () => {
    const template = Template.fromStack(Stack.of(deployed(importedTable)));

    expect(statementsOn(template, 'BatchGetItem')).toEqual([
      {
        policy: 'PipelinePurchasesFunction',
        Action: 'dynamodb:BatchGetItem',
        Resource: { 'Fn::Join': ['', [...ANY_ACCOUNT, ':table/customers-live']] },
      },
    ]);
  });

  test('is named to the function by what the pipeline calls it', () => {
    const template = Template.fromStack(Stack.of(deployed(importedTable)));

    template.resourcePropertiesCountIs(
      'AWS::Lambda::Function',
      { Environment: { Variables: Match.objectLike({ MILLRACE_TABLES: '{"customers":"customers-live"}' }) } },
      1,
    );
  });

  test('with a key of its own is decrypted by it', () => {
    const template = Template.fromStack(
      Stack.of(
        deployed((stack) =>
          Table.fromTableAttributes(stack, 'Customers', {
            tableName: 'customers-live',
            encryptionKey: new Key(stack, 'Key'),
          }),
        ),
      ),
    );

    expect(statementsOn(template, 'kms:Decrypt')).toContainEqual(
      expect.objectContaining({ policy: 'PipelinePurchasesFunction', Action: 'kms:Decrypt' }),
    );
  });

  test('that is bound to nothing is refused', () => {
    expect(() => deployed(() => undefined)).toThrow(
      new DefinitionError(
        'table "customers" of pipeline "purchases" is bound to nothing; bind it to the table that is to be looked up, for ' +
          "example tables: { customers: Table.fromTableName(this, 'Looked', '…') }",
      ),
    );
  });

  test('that the pipeline does not have is refused', () => {
    const stack = ordersStack();
    const tables = { customers: importedTable(stack) };

    const build = () => ordersPipeline({ tables }, stack);

    expect(build).toThrow(
      new DefinitionError(
        'tables of pipeline "orders" bind "customers", which is no table; it looks up none',
      ),
    );
  });
});

test('the plan says what is looked up, what is remembered, and what becomes of the rest', () => {
  const { plan } = deployed(importedTable);

  expect(describePlan(plan).split('\n').slice(0, 6)).toEqual([
    'pipeline purchases (on error: quarantine, delivery: eager)',
    '  stage purchases: reads source purchases, event time, in order, ahead up to 1 hour, idle after 1 minute',
    '    region: look up table customers by customerId, each batch is journaled before its results are delivered',
    '      caches rows for 1 minute, missing keys for 10 seconds, at most 10000',
    '      missing -> kept without a row; no answer -> the batch comes again',
    '    -> per-region-shuffle (by key, for per-region.0)',
  ]);
});
