import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface AssemblyFixture {
  readonly assemblyDir: string;
  remove(): void;
}

/** A cloud assembly as `cdk synth` lays it out: one stack `App` whose only asset holds `code` as `index.mjs`. */
export function writeAssembly(template: object, code = ''): AssemblyFixture {
  const assemblyDir = mkdtempSync(join(tmpdir(), 'millrace-assembly-'));
  const write = (file: string, value: object): void =>
    writeFileSync(join(assemblyDir, file), JSON.stringify(value));
  write('manifest.json', {
    version: '48.0.0',
    artifacts: {
      'App.assets': { type: 'cdk:asset-manifest', properties: { file: 'App.assets.json' } },
      App: { type: 'aws:cloudformation:stack', properties: { templateFile: 'App.template.json' } },
      Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
    },
  });
  write('App.assets.json', {
    version: '48.0.0',
    files: {
      abc: {
        source: { path: 'asset.abc', packaging: 'zip' },
        destinations: { 'current_account-current_region': { bucketName: 'assets', objectKey: 'abc.zip' } },
      },
    },
  });
  write('App.template.json', template);
  mkdirSync(join(assemblyDir, 'asset.abc'));
  writeFileSync(join(assemblyDir, 'asset.abc', 'index.mjs'), code);
  return { assemblyDir, remove: () => rmSync(assemblyDir, { recursive: true, force: true }) };
}

/** One stream, one table with its name in the function's environment, and a windowed mapping between them. */
export function countingTemplate(
  mapping: object = {},
  variables: object = {},
  stream: object = { ShardCount: 1 },
): { readonly Resources: Readonly<Record<string, object>>; readonly Outputs: object } {
  return {
    Resources: {
      Orders: { Type: 'AWS::Kinesis::Stream', Properties: stream },
      Counts: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
        },
      },
      Counter: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Timeout: 10,
          Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::Region}' }, S3Key: 'abc.zip' },
          Environment: { Variables: { TABLE: { Ref: 'Counts' }, ...variables } },
        },
      },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: 'Counter' },
          EventSourceArn: { 'Fn::GetAtt': ['Orders', 'Arn'] },
          StartingPosition: 'TRIM_HORIZON',
          TumblingWindowInSeconds: 1,
          ...mapping,
        },
      },
    },
    Outputs: { TableName: { Value: { Ref: 'Counts' } } },
  };
}
