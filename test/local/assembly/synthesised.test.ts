import { expect, test } from '@jest/globals';
import { App, CfnOutput, Stack, Stage } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Code, Function as LambdaFunction, Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { KinesisEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
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
    new KinesisEventSource(stream, { startingPosition: StartingPosition.LATEST, batchSize: 7 }),
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
    { functionName: assembly.functions[0]?.name, eventSourceArn: orders?.arn, batchSize: 7 },
  ]);
  expect(assembly.outputs).toMatchObject({ Stream: orders?.name });
  expect(assembly.unsupported).toEqual([]);
});
