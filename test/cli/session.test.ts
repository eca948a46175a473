import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRequire } from 'node:module';
import { startSession, type DevSession } from '../../lib/cli/dev/session.ts';
import type { Plan } from '../../lib/plan/index.ts';
import { countingTemplate, writeAssembly, type AssemblyFixture } from '../local/assembly-fixture.ts';
import { perMinutePlan } from '../plan/orders-pipelines.ts';

const dynamodbModule = createRequire(import.meta.url).resolve('@aws-sdk/client-dynamodb');

/** Writes down which code has seen which record. */
function witness(name: string): string {
  return `
import dynamodb from '${dynamodbModule}';
const client = new dynamodb.DynamoDBClient({});
export async function handler(event) {
  for (const { kinesis } of event.Records) {
    const pk = '${name} saw ' + Buffer.from(kinesis.data, 'base64').toString();
    await client.send(new dynamodb.PutItemCommand({ TableName: process.env.TABLE, Item: { pk: { S: pk } } }));
  }
  return { state: {} };
}`;
}

describe('an app that is deployed again', () => {
  let session: DevSession;
  let fixtures: AssemblyFixture[];
  let onFailure: (message: string) => void;

  beforeEach(async () => {
    fixtures = [];
    onFailure = () => {};
    session = await startSession({
      onEvent: (event) => event.kind === 'batch-failed' && onFailure(event.message),
      onLog: () => {},
    });
  });

  afterEach(async () => {
    await session.stop();
    for (const fixture of fixtures) fixture.remove();
  });

  function synthesised(
    name: string,
    plan: Plan = perMinutePlan(),
    mapping: object = {},
    code = witness(name),
  ): string {
    const template = {
      ...countingTemplate(mapping),
      Description: name,
      Metadata: { 'Millrace:App/Orders': plan },
    };
    const fixture = writeAssembly(template, code);
    fixtures.push(fixture);
    return fixture.assemblyDir;
  }

  async function put(text: string): Promise<void> {
    const Records = [{ PartitionKey: 'k', Data: Buffer.from(text) }];
    await session.platform.kinesis.send(new PutRecordsCommand({ StreamName: 'App-Orders', Records }));
    await session.deployment?.drained();
  }

  async function seen(): Promise<readonly string[]> {
    const { Items = [] } = await session.platform.dynamodb.send(new ScanCommand({ TableName: 'App-Counts' }));
    return Items.map(({ pk }) => pk?.S ?? '').toSorted();
  }

  test('goes on with other code behind the last record, and keeps its tables', async () => {
    await session.update(synthesised('old code'));
    await put('order 1');

    const update = await session.update(synthesised('new code'));
    await put('order 2');

    expect(update).toEqual({
      kind: 'deployed',
      notes: [expect.stringContaining('pipeline orders can be deployed over what is stored')],
    });
    expect(await seen()).toEqual(['new code saw order 2', 'old code saw order 1']);
  });

  test('is left alone where nothing has changed', async () => {
    await session.update(synthesised('code'));

    const update = await session.update(synthesised('code'));

    expect(update).toEqual({ kind: 'unchanged' });
  });

  test('is refused if it could not read the state, and what ran before goes on', async () => {
    await session.update(synthesised('old code'));

    const update = await session.update(synthesised('new code', perMinutePlan({ size: '1 hour' })));
    await put('order');

    expect(update).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('refuses   orders/per-minute'),
    });
    expect(await seen()).toEqual(['old code saw order']);
  });

  test('is rolled back if it cannot run here', async () => {
    await session.update(synthesised('old code'));

    const update = await session.update(
      synthesised('new code', perMinutePlan(), { FunctionName: 'elsewhere' }),
    );
    await put('order');

    expect(update).toMatchObject({ kind: 'refused' });
    expect(await seen()).toEqual(['old code saw order']);
  });

  test('outlives a handler that does not load', async () => {
    const failure = new Promise<string>((resolve) => {
      onFailure = resolve;
    });
    await session.update(synthesised('broken', perMinutePlan(), {}, `throw new Error('no settings');`));
    const Records = [{ PartitionKey: 'k', Data: Buffer.from('order') }];
    await session.platform.kinesis.send(new PutRecordsCommand({ StreamName: 'App-Orders', Records }));
    const message = await failure;

    await session.update(synthesised('corrected'));
    await session.deployment?.drained();

    expect(message).toContain('no settings');
    expect(await seen()).toEqual(['corrected saw order']);
  });
});
