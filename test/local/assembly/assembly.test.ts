import { afterEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { loadAssembly, type Assembly } from '../../../lib/local/assembly/index.ts';
import { countingTemplate, writeAssembly, type AssemblyFixture } from '../assembly-fixture.ts';

describe('a cloud assembly', () => {
  let fixture: AssemblyFixture | undefined;

  afterEach(() => fixture?.remove());

  function load(template: object): Assembly {
    fixture = writeAssembly(template);
    return loadAssembly(fixture.assemblyDir);
  }

  function output(value: unknown, rest: object = {}): string | undefined {
    const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } };
    const stream = { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1 } };
    const topic = { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'news' } };
    return load({
      Resources: { Orders: stream, Jobs: queue, News: topic },
      Outputs: { It: { Value: value } },
      ...rest,
    }).outputs['It'];
  }

  test('is read as plain data, with what is not said at its default', () => {
    const assembly = load(countingTemplate());

    expect(assembly).toEqual({
      streams: [
        {
          logicalId: 'Orders',
          name: 'App-Orders',
          arn: 'arn:aws:kinesis:us-east-1:000000000000:stream/App-Orders',
          shardCount: 1,
          mode: 'PROVISIONED',
          retentionHours: 24,
          distribution: 'USER_PARTITION_KEY',
        },
      ],
      tables: [
        {
          logicalId: 'Counts',
          createTableInput: {
            TableName: 'App-Counts',
            BillingMode: 'PAY_PER_REQUEST',
            AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
            KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          },
        },
      ],
      buckets: [],
      functions: [
        {
          logicalId: 'Counter',
          name: 'App-Counter',
          arn: 'arn:aws:lambda:us-east-1:000000000000:function:App-Counter',
          handler: 'index.handler',
          runtime: 'nodejs24.x',
          timeoutMs: 10_000,
          memoryMb: 128,
          environment: { TABLE: 'App-Counts' },
          codeDir: join(fixture?.assemblyDir ?? '', 'asset.abc'),
        },
      ],
      eventSourceMappings: [
        {
          logicalId: 'Mapping',
          functionName: 'App-Counter',
          eventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/App-Orders',
          batchSize: 100,
          maximumBatchingWindowSeconds: 0,
          parallelizationFactor: 1,
          startingPosition: 'TRIM_HORIZON',
          bisect: false,
          maximumRetryAttempts: -1,
          maximumRecordAgeSeconds: -1,
          tumblingWindowSeconds: 1,
          functionResponseTypes: [],
        },
      ],
      schedules: [],
      outputs: { TableName: 'App-Counts' },
      unsupported: [],
    });
  });

  test('keeps everything a mapping says', () => {
    const { eventSourceMappings } = load(
      countingTemplate({
        FunctionName: { 'Fn::GetAtt': ['Counter', 'Arn'] },
        BatchSize: 10,
        MaximumBatchingWindowInSeconds: 5,
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 3,
        MaximumRecordAgeInSeconds: 60,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        StartingPosition: 'AT_TIMESTAMP',
        StartingPositionTimestamp: 1_600_000_000.5,
        FilterCriteria: { Filters: [{ Pattern: '{}' }] },
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:lost' } },
      }),
    );

    expect(eventSourceMappings).toEqual([
      {
        logicalId: 'Mapping',
        functionName: 'App-Counter',
        eventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/App-Orders',
        batchSize: 10,
        maximumBatchingWindowSeconds: 5,
        parallelizationFactor: 1,
        startingPosition: 'AT_TIMESTAMP',
        startingPositionTimestampMs: 1_600_000_000_500,
        bisect: true,
        maximumRetryAttempts: 3,
        maximumRecordAgeSeconds: 60,
        tumblingWindowSeconds: 1,
        functionResponseTypes: ['ReportBatchItemFailures'],
        filterCriteria: { Filters: [{ Pattern: '{}' }] },
        onFailureArn: 'arn:aws:sqs:us-east-1:000000000000:lost',
      },
    ]);
  });

  test('has mappings of the consumers of a stream, with nothing to create for them', () => {
    const consumer = {
      Type: 'AWS::Kinesis::StreamConsumer',
      Properties: { ConsumerName: 'billing', StreamARN: { 'Fn::GetAtt': ['Orders', 'Arn'] } },
    };
    const { Resources } = countingTemplate({ EventSourceArn: { 'Fn::GetAtt': ['Billing', 'ConsumerARN'] } });

    const { eventSourceMappings, unsupported } = load({ Resources: { ...Resources, Billing: consumer } });

    expect(unsupported).toEqual([]);
    expect(eventSourceMappings).toMatchObject([
      { eventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/App-Orders/consumer/billing:1' },
    ]);
  });

  const intrinsics: readonly (readonly [unknown, string])[] = [
    [{ Ref: 'Orders' }, 'App-Orders'],
    [{ Ref: 'Jobs' }, 'jobs'],
    [{ Ref: 'News' }, 'arn:aws:sns:us-east-1:000000000000:news'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ 'Fn::GetAtt': ['Jobs', 'Arn'] }, 'arn:aws:sqs:us-east-1:000000000000:jobs'],
    [{ 'Fn::GetAtt': 'Orders.Arn' }, 'arn:aws:kinesis:us-east-1:000000000000:stream/App-Orders'],
    [
      { 'Fn::Sub': '${AWS::AccountId}/${Orders}/${Jobs.Arn}/${!kept}' },
      '000000000000/App-Orders/arn:aws:sqs:us-east-1:000000000000:jobs/${kept}',
    ],
    [{ 'Fn::Sub': ['${a}-${Orders}', { a: { Ref: 'Jobs' } }] }, 'jobs-App-Orders'],
    [{ 'Fn::Join': ['/', ['a', { Ref: 'Orders' }]] }, 'a/App-Orders'],
    [{ 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'Orders' }] }] }, 'Orders'],
    [{ 'Fn::If': ['IsProd', 'prod', { Ref: 'Stage' }] }, 'dev'],
    [{ 'Fn::FindInMap': ['Sizes', 'dev', 'shards'] }, '2'],
  ];
  test.each(intrinsics)('has the intrinsic function %j worked out', (value, expected) => {
    const rest = {
      Parameters: { Stage: { Type: 'String', Default: 'dev' } },
      Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
      Mappings: { Sizes: { dev: { shards: 2 } } },
    };

    expect(output(value, rest)).toBe(expected);
  });

  test('creates nothing whose condition does not hold', () => {
    const { streams } = load({
      Conditions: { Never: { 'Fn::Not': [{ 'Fn::Equals': ['a', 'a'] }] } },
      Resources: {
        Orders: { Type: 'AWS::Kinesis::Stream', Condition: 'Never', Properties: { ShardCount: 1 } },
      },
    });

    expect(streams).toEqual([]);
  });

  test('lists what does not run here, and nothing that makes no difference', () => {
    const { unsupported } = load({
      Resources: {
        Role: { Type: 'AWS::IAM::Role' },
        Logs: { Type: 'AWS::Logs::LogGroup' },
        Alarm: { Type: 'AWS::CloudWatch::Alarm' },
        Metadata: { Type: 'AWS::CDK::Metadata' },
        Policy: { Type: 'AWS::S3::BucketPolicy' },
        Jobs: { Type: 'AWS::SQS::Queue' },
        Python: { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'python3.13', Handler: 'a.b' } },
        FromQueue: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:jobs' },
        },
      },
    });

    expect(unsupported).toEqual([
      { logicalId: 'Jobs', type: 'AWS::SQS::Queue' },
      { logicalId: 'Python', type: 'AWS::Lambda::Function', reason: expect.stringContaining('python3.13') },
      {
        logicalId: 'FromQueue',
        type: 'AWS::Lambda::EventSourceMapping',
        reason: expect.stringContaining('streams of Kinesis and of DynamoDB tables are read'),
      },
    ]);
  });

  test('has buckets, whose names S3 would allow', () => {
    const long = `Checkpoints${'OfALongName'.repeat(5)}1A2B3C4D`;
    const named = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'given' } };
    const unnamed = { Type: 'AWS::S3::Bucket' };

    const { buckets } = load({ Resources: { Named: named, Unnamed: unnamed, [long]: unnamed } });

    expect(buckets).toEqual([
      { logicalId: 'Named', name: 'given' },
      { logicalId: 'Unnamed', name: 'app-unnamed' },
      { logicalId: long, name: 'app-checkpointsofalongnameofalongnameofalongnameofalong1a2b3c4d' },
    ]);
  });

  test('has tables with indexes, a stream and an expiry', () => {
    const { tables } = load({
      Resources: {
        Results: {
          Type: 'AWS::DynamoDB::GlobalTable',
          Properties: {
            TableName: 'results',
            AttributeDefinitions: [
              { AttributeName: 'pk', AttributeType: 'S' },
              { AttributeName: 'sk', AttributeType: 'N' },
            ],
            KeySchema: [
              { AttributeName: 'pk', KeyType: 'HASH' },
              { AttributeName: 'sk', KeyType: 'RANGE' },
            ],
            GlobalSecondaryIndexes: [
              {
                IndexName: 'bySk',
                KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
                Projection: { ProjectionType: 'ALL' },
                WriteProvisionedThroughputSettings: {},
              },
            ],
            StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
            TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
          },
        },
      },
    });

    expect(tables).toEqual([
      {
        logicalId: 'Results',
        ttl: 'expiresAt',
        createTableInput: {
          TableName: 'results',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'sk', AttributeType: 'N' },
          ],
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'bySk',
              KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'ALL' },
            },
          ],
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        },
      },
    ]);
  });

  test('that is not there is refused with what to do', () => {
    expect(() => loadAssembly('/nowhere')).toThrow('run cdk synth first');
  });
});
