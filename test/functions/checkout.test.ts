import { paginateScan, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
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
import { checkout, type Order, type Payment } from '../../functions/checkout/pipeline.ts';

const HANDLER = fileURLToPath(new URL('../../functions/checkout/handler.ts', import.meta.url));
const START = Date.parse('2026-01-01T00:00:00Z');
const ORDERS = 300;
const LIMIT_MS = 120_000;

const orders = Array.from(
  { length: ORDERS },
  (_, index): Order => ({
    orderId: `order-${index}`,
    customerId: `customer-${index % 7}`,
    cents: 100 + index,
    placedAt: new Date(START + index * 20_000).toISOString(),
  }),
);
/** Every third order is never paid, every fifth too late. They come in the order in which they were made. */
const payments = orders
  .flatMap((order, index): Payment[] => {
    const delay = index % 5 === 0 ? 900_000 : 60_000;
    const paidAt = new Date(Date.parse(order.placedAt) + delay).toISOString();
    return index % 3 === 0 ? [] : [{ orderId: order.orderId, cents: order.cents, paidAt }];
  })
  .toSorted((a, b) => (a.paidAt < b.paidAt ? -1 : 1));

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

async function put(StreamName: string, values: readonly { readonly orderId: string }[]): Promise<void> {
  const Records = values.map((value) => ({
    PartitionKey: `producer-${value.orderId.at(-1)}`,
    Data: Buffer.from(JSON.stringify(value)),
  }));
  await platform.kinesis.send(new PutRecordsCommand({ StreamName, Records }));
}

async function scan(TableName: string): Promise<readonly Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  for await (const page of paginateScan({ client: platform.dynamodb }, { TableName })) {
    items.push(...(page.Items ?? []));
  }
  return items;
}

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

    await put(OrdersStream, orders.slice(0, 150));
    await put(PaymentsStream, payments.slice(0, 80));
    await deployment.drained();
    killAll();
    await put(OrdersStream, orders.slice(150));
    await put(PaymentsStream, payments.slice(80));
    killAll();
    await finishStream(platform.kinesis, OrdersStream);
    await finishStream(platform.kinesis, PaymentsStream);
    await deployment.drained();

    const items = await scan(ResultsTable);
    expect(textsOf(items, 'unpaid', ({ orderId }) => orderId?.S)).toEqual(unpaid().toSorted());
    expect(
      textsOf(
        items,
        'perCustomer',
        ({ pk, sk, orders: n, paidCents }) => `${pk?.S} ${sk?.S} ${n?.N} ${paidCents?.N}`,
      ),
    ).toEqual(perCustomer().toSorted());
    expect(await scan(DeadLetterTable)).toEqual([]);
  },
  LIMIT_MS,
);

function textsOf(
  items: readonly Record<string, AttributeValue>[],
  sink: string,
  textOf: (item: Record<string, AttributeValue>) => string | undefined,
): readonly string[] {
  const found = items.filter(({ pk }) => pk?.S?.startsWith(`${sink}#`)).map((item) => textOf(item) ?? '');
  return found.toSorted();
}

/** The payment of an order, if it came in time. */
function paymentOf(order: Order): Payment | undefined {
  const until = Date.parse(order.placedAt) + 600_000;
  return payments.find(({ orderId, paidAt }) => orderId === order.orderId && Date.parse(paidAt) <= until);
}

function unpaid(): readonly string[] {
  return orders.filter((order) => paymentOf(order) === undefined).map(({ orderId }) => orderId);
}

/** An order counts when it was paid, or when it was placed if it never was. */
function perCustomer(): readonly string[] {
  const groups = new Map<string, { orders: number; paid: number }>();
  for (const order of orders) {
    const payment = paymentOf(order);
    const hour = (payment?.paidAt ?? order.placedAt).slice(0, 13);
    const name = `perCustomer#${order.customerId} ${hour}:00:00.000Z`;
    const group = groups.get(name) ?? { orders: 0, paid: 0 };
    groups.set(name, { orders: group.orders + 1, paid: group.paid + (payment?.cents ?? 0) });
  }
  return [...groups].map(([name, group]) => `${name} ${group.orders} ${group.paid}`);
}
