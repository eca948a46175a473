import { expect, test } from '@jest/globals';
import { App, CfnOutput, Stack, Stage } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Stream, StreamConsumer } from 'aws-cdk-lib/aws-kinesis';
import { Code, Function as LambdaFunction, Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import {
  KinesisConsumerEventSource,
  KinesisEventSource,
  S3OnFailureDestination,
  SnsDlq,
} from 'aws-cdk-lib/aws-lambda-event-sources';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAssembly } from '../../../lib/local/assembly/index.ts';

test('what the CDK synthesises is understood, over two stacks of a stage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-synth-'));
  const code = join(folder, 'code');
  mkdirSync(code);
  writeFileSync(join(code, 'index.mjs'), 'export const handler = async () => {};');
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stage = new Stage(app, 'Prod');
  const data = new Stack(stage, 'Data');
  const stream = new Stream(data, 'Orders', { shardCount: 2 });
  const table = new TableV2(data, 'Counts', { partitionKey: { name: 'pk', type: AttributeType.STRING } });
  const compute = new Stack(stage, 'Compute');
  const counter = new LambdaFunction(compute, 'Counter', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromAsset(code),
    environment: { TABLE: table.tableName },
  });
  counter.addEventSource(
    new KinesisEventSource(stream, {
      startingPosition: StartingPosition.LATEST,
      batchSize: 7,
      onFailure: new S3OnFailureDestination(Bucket.fromBucketName(compute, 'Lost', 'lost')),
    }),
  );
  const consumer = new StreamConsumer(compute, 'Consumer', { streamConsumerName: 'billing', stream });
  counter.addEventSource(
    new KinesisConsumerEventSource(consumer, {
      startingPosition: StartingPosition.LATEST,
      onFailure: new SnsDlq(new Topic(compute, 'News', { topicName: 'news' })),
    }),
  );
  new CfnOutput(compute, 'Stream', { value: stream.streamName });
  app.synth();

  const assembly = loadAssembly(join(folder, 'cdk.out'));
  rmSync(folder, { recursive: true });

  const [orders] = assembly.streams;
  const [counts] = assembly.tables;
  expect(orders).toMatchObject({ shardCount: 2 });
  expect(assembly.functions).toMatchObject([{ environment: { TABLE: counts?.createTableInput.TableName } }]);
  expect(assembly.eventSourceMappings).toMatchObject([
    {
      functionName: assembly.functions[0]?.name,
      eventSourceArn: orders?.arn,
      batchSize: 7,
      onFailureArn: 'arn:aws:s3:::lost',
    },
    {
      eventSourceArn: `${orders?.arn}/consumer/billing:1`,
      onFailureArn: 'arn:aws:sns:us-east-1:000000000000:news',
    },
  ]);
  expect(assembly.outputs).toMatchObject({ Stream: orders?.name });
  expect(assembly.unsupported.map(({ type }) => type)).toEqual(['AWS::SNS::Topic']);
});
