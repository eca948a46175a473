import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import {
  deployLocally,
  finishStream,
  startLocalPlatform,
  type LocalDeployment,
  type LocalPlatform,
} from 'millrace/local';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkout } from '../../functions/checkout/pipeline.ts';
import { checkoutWorkload, perCustomerOf, put, scan, unpaidOf } from './checkout-workload.ts';

const HANDLER = fileURLToPath(new URL('../../functions/checkout/handler.ts', import.meta.url));
const LIMIT_MS = 120_000;

const { orders, payments, unpaid, perCustomer } = checkoutWorkload(300);
const outdir = mkdtempSync(join(tmpdir(), 'millrace-checkout-'));
let platform: LocalPlatform;
let deployment: LocalDeployment | undefined;

beforeAll(async () => {
  const app = new App({ outdir });
  new StreamPipeline(new Stack(app, 'Checkout'), 'Pipeline', {
    pipeline: checkout,
    entry: HANDLER,
    sinks: { unpaid: resultsTable(), perCustomer: resultsTable() },
    shards: 2,
    checkpointInterval: Duration.seconds(1),
  });
  app.synth();
  platform = await startLocalPlatform();
});

afterAll(async () => {
  await deployment?.stop();
  await platform.stop();
  rmSync(outdir, { recursive: true });
});

test(
  'two sources meet in a stream of the pipeline, whatever is killed meanwhile',
  async () => {
    deployment = await deployLocally({
      assemblyDir: outdir,
      endpoints: platform.endpoints,
      mapping: { pollMs: 20, idleFinalMs: 0, backoff: { baseMs: 50, factor: 2, maxMs: 1000 } },
    });
    const {
      DeadLetterTable = '',
      OrdersStream = '',
      PaymentsStream = '',
      ResultsTable = '',
    } = deployment.outputs;
    const killAll = (): void => {
      for (const fn of deployment?.functions ?? []) fn.sandboxes.forEach((sandbox) => sandbox.kill());
    };

    await put(platform.kinesis, OrdersStream, orders.slice(0, 150));
    await put(platform.kinesis, PaymentsStream, payments.slice(0, 80));
    await deployment.drained();
    killAll();
    await put(platform.kinesis, OrdersStream, orders.slice(150));
    await put(platform.kinesis, PaymentsStream, payments.slice(80));
    killAll();
    await finishStream(platform.kinesis, OrdersStream);
    await finishStream(platform.kinesis, PaymentsStream);
    await deployment.drained();

    const items = await scan(platform.dynamodb, ResultsTable);
    expect(unpaidOf(items)).toEqual(unpaid);
    expect(perCustomerOf(items)).toEqual(perCustomer);
    expect(await scan(platform.dynamodb, DeadLetterTable)).toEqual([]);
  },
  LIMIT_MS,
);
