import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { finishStream } from 'millrace/local';
import { scan } from '../support/tables.ts';
import { defineCheckout } from './checkout-app.ts';
import { checkoutWorkload, perCustomerOf, put, unpaidOf } from './checkout-workload.ts';
import { killAll, startLocalApp, type LocalApp } from './local-app.ts';

const LIMIT_MS = 120_000;

const { orders, payments, unpaid, perCustomer } = checkoutWorkload(300);
let app: LocalApp;

beforeAll(async () => {
  app = await startLocalApp((cdk) => defineCheckout(cdk));
});

afterAll(() => app.stop());

test(
  'two sources meet in a stream of the pipeline, whatever is killed meanwhile',
  async () => {
    const { platform } = app;
    const deployment = await app.deploy();
    const {
      DeadLetterTable = '',
      OrdersStream = '',
      PaymentsStream = '',
      ResultsTable = '',
    } = deployment.outputs;

    await put(platform.kinesis, OrdersStream, orders.slice(0, 150));
    await put(platform.kinesis, PaymentsStream, payments.slice(0, 80));
    await deployment.drained();
    killAll(deployment);
    await put(platform.kinesis, OrdersStream, orders.slice(150));
    await put(platform.kinesis, PaymentsStream, payments.slice(80));
    killAll(deployment);
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
