import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import {
  deployLocally,
  startDynamoDbEndpoint,
  startKinesisEndpoint,
  type DeploymentEvent,
  type DynamoDbEndpoint,
  type KinesisEndpoint,
  type LocalDeployment,
  type LogLine,
} from '../../lib/local/index.ts';
import { DefinitionError } from '../../lib/model/index.ts';
import { countingTemplate, writeAssembly, type AssemblyFixture } from './assembly-fixture.ts';

const dynamodbModule = createRequire(import.meta.url).resolve('@aws-sdk/client-dynamodb');

/** Counts a window's records in the window's state and writes the count when the window is over. */
const COUNTER = `
import { existsSync, writeFileSync } from 'node:fs';
import dynamodb from '${dynamodbModule}';
const client = new dynamodb.DynamoDBClient({});
export async function handler(event) {
  const records = event.Records.map((record) => Buffer.from(record.kinesis.data, 'base64').toString());
  if (records.includes('hang once') && !existsSync('hung')) {
    writeFileSync('hung', '');
    console.log('hanging');
    await new Promise(() => {});
  }
  const count = (event.state.count ?? 0) + records.length;
  if (event.isFinalInvokeForWindow) {
    await client.send(new dynamodb.PutItemCommand({
      TableName: process.env.TABLE,
      Item: { pk: { S: event.shardId + ' ' + event.window.start }, count: { N: String(count) } },
    }));
  }
  return { state: { count } };
}`;

function mappingTo(functionId: string): object {
  const { Mapping } = countingTemplate({ FunctionName: { Ref: functionId } }).Resources;
  return Mapping ?? {};
}

describe('a deployed assembly', () => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  let kinesisEndpoint: KinesisEndpoint;
  let dynamodbEndpoint: DynamoDbEndpoint;
  let kinesis: KinesisClient;
  let dynamodb: DynamoDBClient;
  let fixture: AssemblyFixture | undefined;
  let deployment: LocalDeployment | undefined;
  let events: DeploymentEvent[];

  beforeEach(async () => {
    kinesisEndpoint = await startKinesisEndpoint();
    dynamodbEndpoint = await startDynamoDbEndpoint();
    kinesis = new KinesisClient({ endpoint: kinesisEndpoint.url, region: 'us-east-1', credentials });
    dynamodb = new DynamoDBClient({ endpoint: dynamodbEndpoint.url, region: 'us-east-1', credentials });
    events = [];
  });

  afterEach(async () => {
    await deployment?.stop();
    kinesis.destroy();
    dynamodb.destroy();
    await kinesisEndpoint.close();
    await dynamodbEndpoint.close();
    fixture?.remove();
  });

  async function deploy(
    template: object,
    onLog: (line: LogLine) => void = () => {},
  ): Promise<LocalDeployment> {
    fixture = writeAssembly(template, COUNTER);
    deployment = await deployLocally({
      assemblyDir: fixture.assemblyDir,
      endpoints: { kinesis: kinesisEndpoint.url, dynamodb: dynamodbEndpoint.url },
      mapping: { pollMs: 20, idleFinalMs: 0, backoff: { baseMs: 10, factor: 2, maxMs: 100 } },
      failuresDir: join(fixture.assemblyDir, 'failures'),
      onEvent: (event) => events.push(event),
      onLog,
    });
    return deployment;
  }

  async function put(...records: readonly string[]): Promise<void> {
    const Records = records.map((text) => ({ PartitionKey: 'k', Data: Buffer.from(text) }));
    await kinesis.send(new PutRecordsCommand({ StreamName: 'App-Orders', Records }));
  }

  async function total(): Promise<number> {
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: 'App-Counts' }));
    return Items.reduce((sum, item) => sum + Number(item['count']?.N), 0);
  }

  test('counts every record in its window and writes the count when the window closes', async () => {
    const app = await deploy(countingTemplate());
    await put(...Array.from({ length: 250 }, (_, index) => `order ${index}`));

    await app.drained();

    expect(await total()).toBe(250);
    expect(app.outputs).toEqual({ TableName: 'App-Counts' });
  });

  test('delivers a batch again whose sandbox was killed in the middle', async () => {
    const app = await deploy(countingTemplate(), ({ text }) => {
      if (text === 'hanging') app.functions[0]?.sandboxes.forEach((sandbox) => sandbox.kill());
    });
    await put('hang once', 'order', 'order');

    await app.drained();

    const failed = events.filter(({ kind }) => kind === 'batch-failed');
    expect(failed).toMatchObject([
      { isCounted: true, records: 3, attempt: 1, errorType: 'Runtime.ExitError' },
    ]);
    expect(await total()).toBe(3);
  });

  test('is refused without an S3 endpoint if it has a bucket, before anything is created', async () => {
    const app = deploy({ Resources: { Checkpoints: { Type: 'AWS::S3::Bucket' } } });

    await expect(app).rejects.toThrow(
      'bucket "app-checkpoints" needs an S3 endpoint, and endpoints.s3 is not set; use those of startLocalPlatform()',
    );
  });

  test('is refused if a mapping would lose records of a stage, before anything is created', async () => {
    const Filters = [{ Pattern: '{"data":{"cents":[1]}}' }];
    const mapping = { FilterCriteria: { Filters }, MaximumRetryAttempts: 3 };
    const template = countingTemplate(mapping, { MILLRACE_STAGE: 'orders' });

    const app = deploy(template);

    await expect(app).rejects.toThrow(
      new DefinitionError(
        'event source mapping of stage "orders" has FilterCriteria; there must be none, since packets, ticks and ' +
          'whatever else is not JSON would be dropped: use .filter() in the pipeline instead\n' +
          'event source mapping of stage "orders" has MaximumRetryAttempts "3"; it must be -1, since a batch that is ' +
          "given up is lost: leave it out, and onError at 'quarantine' so that no record holds up the others\n" +
          'event source mapping of stage "orders" has FunctionResponseTypes ""; it must be "ReportBatchItemFailures", ' +
          'since a record that halts its shard would count as processed: set it',
      ),
    );
  });

  test('is refused if a stage reads a stream that ignores partition keys', async () => {
    const mapping = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
    const stream = {
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      RecordDistributionStrategy: 'AUTO',
    };

    const app = deploy(countingTemplate(mapping, { MILLRACE_STAGE: 'orders' }, stream));

    await expect(app).rejects.toThrow(
      new DefinitionError(
        'stream "App-Orders" of stage "orders" has RecordDistributionStrategy "AUTO", which ignores partition keys; it ' +
          'must be "USER_PARTITION_KEY": leave it out',
      ),
    );
  });

  test('C9: has a second function read the same stream, and get every record', async () => {
    const { Resources, ...rest } = countingTemplate();
    const app = await deploy({
      ...rest,
      Resources: {
        ...Resources,
        Other: Resources['Counter'] ?? {},
        OtherMapping: mappingTo('Other'),
      },
    });
    await put('order', 'order');

    await app.drained();

    const succeeded = events.flatMap((event) => (event.kind === 'batch-succeeded' ? [event] : []));
    const records = (name: string): number =>
      succeeded
        .filter(({ functionName }) => functionName === name)
        .reduce((sum, batch) => sum + batch.records, 0);
    expect([records('App-Counter'), records('App-Other')]).toEqual([2, 2]);
  });

  test('is refused if a function has two mappings of the same stream', async () => {
    const { Resources } = countingTemplate();

    const app = deploy({ Resources: { ...Resources, Again: mappingTo('Counter') } });

    await expect(app).rejects.toThrow(
      new DefinitionError(
        'mapping "Again" has the function "App-Counter" read "arn:aws:kinesis:us-east-1:000000000000:stream/App-Orders", ' +
          'which mapping "Mapping" does already; Lambda refuses it (409 ResourceConflictException): leave one of them out',
      ),
    );
  });

  test('writes down what it has given up, and says where', async () => {
    const failing = { TumblingWindowInSeconds: 0, MaximumRetryAttempts: 0 };
    const DestinationConfig = { OnFailure: { Destination: { 'Fn::GetAtt': ['Lost', 'Arn'] } } };
    const { Resources } = countingTemplate({ ...failing, DestinationConfig });
    const app = await deploy({ Resources: { ...Resources, Lost: { Type: 'AWS::SQS::Queue' } } });
    await put('order', 'order');

    await app.drained();

    const written = events.flatMap((event) => (event.kind === 'failure-written' ? [event] : []));
    expect(written.map(({ text, place }) => [text, readdirSync(dirname(place))])).toEqual([
      [
        `App-Counter did not process 2 records of shardId-000000000000; the failure is in ${written[0]?.place}`,
        [basename(written[0]?.place ?? '')],
      ],
    ]);
  });

  test('leaves no sandbox behind once it is stopped', async () => {
    const app = await deploy(countingTemplate());
    await put('order');
    await app.drained();

    await app.stop();

    expect(app.functions.flatMap(({ sandboxes }) => sandboxes)).toEqual([]);
  });

  test('finds streams and tables of an earlier deployment and goes on with them', async () => {
    const first = await deploy(countingTemplate());
    await first.stop();
    fixture?.remove();

    const second = await deploy(countingTemplate());
    await put('order', 'order');
    await second.drained();

    expect(await total()).toBe(2);
  });
});
