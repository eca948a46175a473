import type { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  StreamViewType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { JOURNAL_KEY, RESULTS_KEY } from '../plan/index.ts';

export interface PipelineTables {
  readonly journal: Table;
  readonly results: Table;
  readonly deadLetters: Table;
}

/** The three tables of a pipeline, on demand, encrypted and recoverable. The journal has no expiry: it is the state. */
export function createTables(scope: Construct, removalPolicy: RemovalPolicy): PipelineTables {
  const props = {
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.AWS_MANAGED,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy,
  } satisfies Partial<TableProps>;
  return {
    journal: new Table(scope, 'Journal', { ...props, ...textKeys(JOURNAL_KEY) }),
    results: new Table(scope, 'Results', {
      ...props,
      ...textKeys(RESULTS_KEY),
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
    }),
    deadLetters: new Table(scope, 'DeadLetters', { ...props, ...textKeys(RESULTS_KEY) }),
  };
}

/** What the journal store and the sinks do, and nothing else. Old checkpoints are deleted by batch writes. */
export function grantStageAccess({ journal, results, deadLetters }: PipelineTables, stage: IGrantable): void {
  journal.grant(stage, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:BatchWriteItem');
  results.grant(stage, 'dynamodb:PutItem');
  deadLetters.grant(stage, 'dynamodb:PutItem');
}

function textKeys(key: {
  readonly partition: string;
  readonly sort: string;
}): Required<Pick<TableProps, 'partitionKey' | 'sortKey'>> {
  return {
    partitionKey: { name: key.partition, type: AttributeType.STRING },
    sortKey: { name: key.sort, type: AttributeType.STRING },
  };
}
