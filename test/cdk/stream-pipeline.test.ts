import { describe, expect, test } from '@jest/globals';
import { Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stream, StreamEncryption } from 'aws-cdk-lib/aws-kinesis';
import { Key } from 'aws-cdk-lib/aws-kms';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describePlan, resultsTable, StreamPipeline } from 'millrace/cdk';
import { fileURLToPath } from 'node:url';
import { checkout } from '../../functions/checkout/pipeline.ts';
import { ordersPipeline, ordersStack, templateOf, type OrdersProps } from './orders-stack.ts';

describe('reading', () => {
  test('one mapping reads each shard as one log, for ever, with the checkpoint interval as its window', () => {
    const template = templateOf();

    template.resourcePropertiesCountIs(
      'AWS::Lambda::EventSourceMapping',
      {
        EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PipelineOrdersStream'), 'Arn'] },
        FunctionName: { Ref: Match.stringLikeRegexp('^PipelineOrdersFunction') },
        TumblingWindowInSeconds: 60,
        BatchSize: 1000,
        StartingPosition: 'TRIM_HORIZON',
        ParallelizationFactor: 1,
        MaximumRetryAttempts: -1,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        FilterCriteria: Match.absent(),
        MaximumRecordAgeInSeconds: Match.absent(),
        DestinationConfig: Match.absent(),
      },
      1,
    );
  });

  test('the mapping takes what it is told', () => {
    const template = templateOf({
      checkpointInterval: Duration.minutes(15),
      batchSize: 10_000,
      batchingWindow: Duration.seconds(5),
      startingPosition: StartingPosition.LATEST,
    });

    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      TumblingWindowInSeconds: 900,
      BatchSize: 10_000,
      MaximumBatchingWindowInSeconds: 5,
      StartingPosition: 'LATEST',
    });
  });

  test('a shuffle is read from its first record on, wherever its sources are read from', () => {
    const stack = ordersStack();
    new StreamPipeline(stack, 'Pipeline', {
      pipeline: checkout,
      entry: fileURLToPath(new URL('../../functions/checkout/handler.ts', import.meta.url)),
      sinks: { unpaid: resultsTable(), perCustomer: resultsTable() },
      startingPosition: StartingPosition.LATEST,
    });

    const mappings = Object.entries(
      Template.fromStack(stack).findResources('AWS::Lambda::EventSourceMapping'),
    );
    expect(mappings.map(([id, { Properties }]) => [id.slice(0, -8), Properties.StartingPosition])).toEqual([
      ['PipelineOrdersMapping', 'LATEST'],
      ['PipelinePaymentsMapping', 'LATEST'],
      ['PipelineSettledShuffleMapping', 'TRIM_HORIZON'],
      ['PipelinePerCustomerShuffleMapping', 'TRIM_HORIZON'],
    ]);
  });

  test('a source has an encrypted stream of its own that keeps records for a day', () => {
    const template = templateOf({ shards: 3 });

    template.hasResource('AWS::Kinesis::Stream', {
      Properties: {
        ShardCount: 3,
        RetentionPeriodHours: 24,
        StreamModeDetails: { StreamMode: 'PROVISIONED' },
        StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
      },
      DeletionPolicy: 'Retain',
    });
  });

  test('a stream that is given is read, and none is made', () => {
    const stack = ordersStack();
    const given = Stream.fromStreamArn(
      stack,
      'Given',
      'arn:aws:kinesis:eu-central-1:111122223333:stream/orders',
    );

    const pipeline = ordersPipeline({ sources: { orders: given } }, stack);

    const template = Template.fromStack(stack);
    expect(pipeline.streams).toEqual({ orders: given });
    template.resourceCountIs('AWS::Kinesis::Stream', 0);
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { EventSourceArn: given.streamArn });
    template.hasOutput('OrdersStream', { Value: 'orders' });
  });
});

describe('running', () => {
  test('the function runs on arm64 and learns where its tables and its bucket are', () => {
    const template = templateOf();

    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 1024,
      Timeout: 300,
      Environment: {
        Variables: {
          MILLRACE_STAGE: 'orders',
          MILLRACE_JOURNAL_TABLE: { Ref: Match.stringLikeRegexp('^PipelineJournal') },
          MILLRACE_RESULTS_TABLE: { Ref: Match.stringLikeRegexp('^PipelineResults') },
          MILLRACE_DEAD_LETTER_TABLE: { Ref: Match.stringLikeRegexp('^PipelineDeadLetters') },
          MILLRACE_CHECKPOINT_BUCKET: { Ref: Match.stringLikeRegexp('^PipelineCheckpoints') },
          NODE_OPTIONS: '--enable-source-maps',
        },
      },
    });
  });

  test('logs are kept for a month', () => {
    const template = templateOf();

    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    template.hasResourceProperties('AWS::Lambda::Function', {
      LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('^PipelineOrdersFunctionLogs') } },
    });
  });

  test('the function may do what it does and nothing else', () => {
    const template = templateOf();

    const [policy, ...others] = Object.values(template.findResources('AWS::IAM::Policy'));
    const statements: readonly { Action: unknown; Resource: unknown }[] =
      policy?.['Properties'].PolicyDocument.Statement;
    const granted = statements.map(({ Action, Resource }) => [withoutHashes(Resource), Action]);
    expect(others).toEqual([]);
    expect(granted).toEqual([
      [
        'PipelineJournal.Arn',
        ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:BatchWriteItem'],
      ],
      ['PipelineResults.Arn', 'dynamodb:PutItem'],
      ['PipelineDeadLetters.Arn', 'dynamodb:PutItem'],
      ['PipelineCheckpoints.Arn/PipelineJournal/*', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']],
      ['PipelineCheckpoints.Arn', 's3:ListBucket'],
      [
        'PipelineOrdersStream.Arn',
        [
          'kinesis:DescribeStreamSummary',
          'kinesis:GetRecords',
          'kinesis:GetShardIterator',
          'kinesis:ListShards',
          'kinesis:SubscribeToShard',
          'kinesis:DescribeStream',
          'kinesis:ListStreams',
          'kinesis:DescribeStreamConsumer',
        ],
      ],
      ['PipelineOrdersStream.Arn', ['kinesis:PutRecords', 'kinesis:ListShards']],
    ]);
  });

  test('each stream of its own is told every minute that time passes', () => {
    templateOf().hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [Match.objectLike({ Input: '{"millrace":"tick"}', RetryPolicy: { MaximumRetryAttempts: 0 } })],
    });
  });

  test('a stream that was given is told only if that was asked for, with the right to its key', () => {
    const asked = tickersOf({ tickSources: true });

    tickersOf({}).resourceCountIs('AWS::Events::Rule', 0);
    tickersOf({ tickSources: true, tick: false }).resourceCountIs('AWS::Events::Rule', 0);
    asked.resourceCountIs('AWS::Events::Rule', 1);
    asked.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({ MILLRACE_STREAM: { Ref: Match.stringLikeRegexp('^Given') } }),
      },
    });
    asked.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['kinesis:PutRecords', 'kinesis:ListShards'],
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Given'), 'Arn'] },
          }),
          Match.objectLike({
            Action: Match.arrayWith(['kms:GenerateDataKey*']),
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] },
          }),
        ]),
      },
    });
  });
});

describe('keeping', () => {
  test.each([
    ['journal', 'task', 'slot', Match.absent()],
    ['results', 'pk', 'sk', { StreamViewType: 'NEW_AND_OLD_IMAGES' }],
    ['deadLetters', 'pk', 'sk', Match.absent()],
  ] as const)('%s is on demand, encrypted, recoverable, kept, and never expires', (name, pk, sk, stream) => {
    const pipeline = ordersPipeline();

    const stack = Stack.of(pipeline);
    const tables = Template.fromStack(stack).findResources('AWS::DynamoDB::Table', {
      Properties: {
        KeySchema: [
          { AttributeName: pk, KeyType: 'HASH' },
          { AttributeName: sk, KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        StreamSpecification: stream,
        TimeToLiveSpecification: Match.absent(),
      },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    expect(Object.keys(tables)).toContain(stack.resolve(pipeline[name].tableName).Ref);
  });

  test('large checkpoints have a bucket that is private, encrypted, reached by TLS only, and kept', () => {
    const template = templateOf();

    template.hasResource('AWS::S3::Bucket', {
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: [{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' }],
        },
        VersioningConfiguration: Match.absent(),
      },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ],
      },
    });
  });

  test('a bucket that is given is used below the name of the journal, with its key, and none is made', () => {
    const stack = ordersStack();
    const given = new Bucket(stack, 'Shared', { encryptionKey: new Key(stack, 'Key') });

    const pipeline = ordersPipeline({ checkpointBucket: given }, stack);

    const template = Template.fromStack(stack);
    const journal: unknown = stack.resolve(pipeline.journal.tableName);
    expect(pipeline.checkpointBucket).toBe(given);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Effect: 'Allow',
            Action: 's3:ListBucket',
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Shared'), 'Arn'] },
            Condition: { StringLike: { 's3:prefix': { 'Fn::Join': ['', [journal, '/*']] } } },
          },
          Match.objectLike({
            Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],
          }),
        ]),
      },
    });
  });

  test('tables, bucket, stream and logs go with the stack if they are told to', () => {
    const template = templateOf({ removalPolicy: RemovalPolicy.DESTROY });

    const types = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Kinesis::Stream', 'AWS::Logs::LogGroup'];
    for (const type of types) template.allResources(type, { DeletionPolicy: 'Delete' });
  });

  test('somebody who may read the results may not write them', () => {
    const stack = ordersStack();
    const reader = new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });

    ordersPipeline({}, stack).grantReadResults(reader);

    const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy', {
      Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^Reader') }] },
    });
    const actions: readonly string[] = Object.values(policies).flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.flatMap(({ Action }: { readonly Action: unknown }) => Action),
    );
    expect(actions).toContain('dynamodb:Query');
    expect(actions.filter((action) => /Put|Write|Update|Delete/.test(action))).toEqual([]);
  });
});

describe('describing', () => {
  test('outputs name what a person looks for', () => {
    const outputs = Object.keys(templateOf().findOutputs('*'));

    expect(outputs.toSorted()).toEqual([
      'CheckpointBucket',
      'DeadLetterTable',
      'JournalTable',
      'OrdersStream',
      'ResultsStream',
      'ResultsTable',
    ]);
  });

  test('two pipelines share a stack once their outputs differ', () => {
    const stack = ordersStack();

    ordersPipeline({}, stack, 'Orders');
    ordersPipeline({ outputPrefix: 'Other' }, stack, 'Other');

    const outputs = Object.keys(Template.fromStack(stack).findOutputs('*'));
    expect(outputs).toEqual(
      expect.arrayContaining(['ResultsTable', 'OtherResultsTable', 'OtherOrdersStream']),
    );
  });

  test('a second pipeline without a prefix is refused', () => {
    const stack = ordersStack();
    ordersPipeline({}, stack, 'Orders');

    const again = () => ordersPipeline({}, stack, 'others');

    expect(again).toThrow(
      'stack "Orders" has something called "ResultsTable" already; give "Orders/others" an outputPrefix, for example ' +
        "'Others'",
    );
  });

  test('the plan is in the template, as data', () => {
    const pipeline = ordersPipeline();

    const { Metadata } = Template.fromStack(Stack.of(pipeline)).toJSON();
    expect(Metadata['Millrace:Orders/Pipeline']).toEqual(pipeline.plan);
    expect(describePlan(pipeline.plan)).toContain('per-minute: tumbling 1 minute');
  });
});

test('values that are known at deployment only are not judged', () => {
  const template = templateOf({
    batchSize: Lazy.number({ produce: () => 500 }),
    shards: Lazy.number({ produce: () => 4 }),
    checkpointInterval: Duration.seconds(Lazy.number({ produce: () => 30 })),
  });

  template.hasResourceProperties('AWS::Kinesis::Stream', { ShardCount: 4 });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: 500,
    TumblingWindowInSeconds: 30,
  });
});

const tickersOf = (props: Partial<OrdersProps>): Template => {
  const stack = ordersStack();
  const encryptionKey = new Key(stack, 'Key');
  const given = new Stream(stack, 'Given', { encryption: StreamEncryption.KMS, encryptionKey });
  ordersPipeline({ sources: { orders: given }, ...props }, stack);
  return Template.fromStack(stack);
};

/** `PipelineJournal34A3F8A5.Arn` without what the CDK appends, and the same within a joined text. */
function withoutHashes(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const [reference] = [resource].flat() as readonly Partial<Reference>[];
  if (reference?.Ref !== undefined) return reference.Ref.slice(0, -8);
  const [, parts] = reference?.['Fn::Join'] ?? [];
  if (parts !== undefined) return parts.map(withoutHashes).join('');
  const [logicalId = '', attribute = ''] = reference?.['Fn::GetAtt'] ?? [];
  return `${logicalId.slice(0, -8)}.${attribute}`;
}

interface Reference {
  readonly Ref: string;
  readonly 'Fn::GetAtt': readonly [string, string];
  readonly 'Fn::Join': readonly [string, readonly unknown[]];
}
