import { UpdateShardCountCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { finishStream, type DeploymentEvent, type LocalDeployment } from 'millrace/local';
import { scan } from '../support/tables.ts';
import { defineCheckout } from './checkout-app.ts';
import { checkoutWorkload, perCustomerOf, put, unpaidOf } from './checkout-workload.ts';
import { startLocalApp, type LocalApp } from './local-app.ts';

const LIMIT_MS = 240_000;
const ROUNDS = 16;
/** Between two rounds of traffic so many batches are processed, of whichever stage: no matter how fast the machine is. */
const BATCHES_PER_ROUND = 4;

const { orders, payments, unpaid, perCustomer } = checkoutWorkload(640);

type Incident =
  | { readonly reshard: string; readonly to: number }
  /** Every sandbox of the functions whose name has this in it. */
  | { readonly kill: string };

/** What happens right behind the traffic of a round. */
const INCIDENTS: Readonly<Record<number, readonly Incident[]>> = {
  1: [{ reshard: 'OrdersStream', to: 4 }],
  2: [{ reshard: 'SettledShuffleStream', to: 4 }],
  3: [{ kill: 'Function' }],
  5: [{ reshard: 'OrdersStream', to: 3 }],
  6: [{ reshard: 'SettledShuffleStream', to: 3 }, { kill: 'SettledShuffle' }],
  8: [
    { reshard: 'PerCustomerShuffleStream', to: 4 },
    { reshard: 'PaymentsStream', to: 4 },
  ],
  // No records come in between: what is split now is merged again before anybody has read it.
  9: [{ reshard: 'OrdersStream', to: 6 }, { reshard: 'OrdersStream', to: 3 }, { kill: 'Orders' }],
  10: [
    { reshard: 'SettledShuffleStream', to: 5 },
    { reshard: 'PerCustomerShuffleStream', to: 3 },
  ],
  11: [{ kill: 'Function' }],
  12: [
    { reshard: 'SettledShuffleStream', to: 3 },
    { reshard: 'PaymentsStream', to: 3 },
  ],
  13: [{ reshard: 'OrdersStream', to: 2 }, { kill: 'PerCustomerShuffle' }],
};

let app: LocalApp;

beforeAll(async () => {
  app = await startLocalApp((cdk) => defineCheckout(cdk, { tick: false }));
});

afterAll(() => app.stop());

test(
  'sources and shuffles are split and merged under load, over generations, and no result is lost or doubled',
  async () => {
    const batches = new Batches();
    const { platform } = app;
    const deployment = await app.deploy({
      mapping: { discoveryMs: 200 },
      onEvent: (event) => batches.saw(event),
    });
    const {
      DeadLetterTable = '',
      OrdersStream = '',
      PaymentsStream = '',
      ResultsTable = '',
    } = deployment.outputs;

    for (let round = 0; round < ROUNDS; round += 1) {
      const isNow = (time: string): boolean => startOf(round) <= time && time < startOf(round + 1);
      await put(
        platform.kinesis,
        OrdersStream,
        orders.filter(({ placedAt }) => isNow(placedAt)),
      );
      await put(
        platform.kinesis,
        PaymentsStream,
        payments.filter(({ paidAt }) => isNow(paidAt)),
      );
      for (const incident of INCIDENTS[round] ?? []) await cause(incident, deployment);
      await batches.processed(BATCHES_PER_ROUND);
    }
    await finishStream(platform.kinesis, OrdersStream);
    await finishStream(platform.kinesis, PaymentsStream);
    await batches.unlessFatal(deployment.drained());

    const items = await scan(platform.dynamodb, ResultsTable);
    expect(await scan(platform.dynamodb, DeadLetterTable)).toEqual([]);
    expect(unpaidOf(items)).toEqual(unpaid);
    expect(perCustomerOf(items)).toEqual(perCustomer);
  },
  LIMIT_MS,
);

/** When the first order of a round is placed; behind the last round, later than everything. */
function startOf(round: number): string {
  return orders[round * (orders.length / ROUNDS)]?.placedAt ?? '9999';
}

async function cause(incident: Incident, { functions, streams }: LocalDeployment): Promise<void> {
  if ('kill' in incident) {
    for (const { name, sandboxes } of functions) {
      if (name.includes(incident.kill)) for (const sandbox of sandboxes) sandbox.kill();
    }
    return;
  }
  await app.platform.kinesis.send(
    new UpdateShardCountCommand({
      StreamName: streams.find(({ name }) => name.includes(incident.reshard))?.name,
      TargetShardCount: incident.to,
      ScalingType: 'UNIFORM_SCALING',
    }),
  );
}

/** Counts the batches that all stages have processed, and hears if a task can't go on. */
class Batches {
  #left = 0;
  #reached: () => void = () => {};
  #fail: (error: Error) => void = () => {};
  readonly #failure = new Promise<never>((_, reject) => (this.#fail = reject));

  constructor() {
    this.#failure.catch(() => {});
  }

  saw(event: DeploymentEvent): void {
    if (event.kind === 'batch-failed' && event.errorType === 'FatalError') {
      this.#fail(new Error(event.message));
    }
    if (event.kind !== 'batch-succeeded') return;
    this.#left -= 1;
    if (this.#left === 0) this.#reached();
  }

  /** Resolves once so many more are processed. */
  processed(count: number): Promise<void> {
    this.#left = count;
    return this.unlessFatal(new Promise<void>((resolve) => (this.#reached = resolve)));
  }

  unlessFatal(waiting: Promise<void>): Promise<void> {
    return Promise.race([waiting, this.#failure]);
  }
}
