import { count, earlier, max, sum } from '../../aggregators/index.ts';
import { pipeline, source, type Pipeline, type Schema } from '../../dsl/index.ts';
import { tumbling } from '../../windows/index.ts';
import type { Random } from '../random.ts';
import { ordersProblem } from './orders-oracle.ts';
import { MAX_SKEW_MS, MINUTE_MS, OUT_OF_ORDER_MS, type Order } from './orders.ts';
import type { Workload } from './simulate.ts';
import type { SimulatedRecord } from './stream-history.ts';

const CUSTOMERS = 6;
const ARRIVAL = 10 * MINUTE_MS;
const utf8 = new TextEncoder();

const orderSchema: Schema = {
  '~standard': {
    version: 1,
    vendor: 'millrace',
    validate: (value) => (isOrder(value) ? { value } : { issues: [{ message: 'no order' }] }),
  },
};

/**
 * Orders per key and minute, and everything that can be wrong with a record: out of order, late, ahead of its arrival,
 * no JSON, not valid, poison. Some customers are behind all the time, and so are shards that have only these. Event time
 * begins before the epoch.
 */
export const ordersWorkload: Workload = {
  pipelines: (random, isMended) => {
    const delivery = random.chance(0.3) ? 'transactional' : 'eager';
    const onError = random.chance(0.2) ? 'halt' : 'quarantine';
    const [first, second] = [aggregates, reordered];
    return [
      ordersPipeline(delivery, onError, isMended, first, second),
      ordersPipeline(delivery, onError, isMended, second, first),
    ];
  },
  records: (random) => {
    let now = -2 * MINUTE_MS;
    const behindMs = Array.from({ length: CUSTOMERS }, () => (random.chance(0.3) ? 3 * MINUTE_MS : 0));
    const orders = Array.from({ length: 30 + random.below(60) }, () => {
      now += random.below(20_000);
      return orderRecord(random, now, behindMs);
    });
    return { orders };
  },
  check: ordersProblem,
};

const aggregates = {
  orders: count<Order>(),
  total: sum<Order>(({ amount }) => amount),
  largest: max<Order, number>(({ amount }) => amount),
};

/** The same in another order, so that stored state has another shape. */
const reordered = { largest: aggregates.largest, orders: aggregates.orders, total: aggregates.total };

function ordersPipeline(
  delivery: Pipeline['delivery'],
  onError: Pipeline['onError'],
  isMended: () => boolean,
  own: typeof aggregates,
  other: typeof aggregates,
): Pipeline {
  return pipeline('orders', {
    delivery,
    onError,
    sources: {
      orders: source(orderSchema, { timestamp: (order) => (order as Order).at, outOfOrder: OUT_OF_ORDER_MS }),
    },
    build: ({ orders }) => {
      const perMinute = orders
        .map((order) => order as Order)
        .filter(({ isPoison }) => {
          if (isPoison && !(onError === 'halt' && isMended())) throw new Error('poison');
          return !isPoison;
        })
        .byPartitionKey()
        .window(tumbling(MINUTE_MS))
        .aggregate('per-minute', own, { earlier: [earlier(other)] });
      return { perMinute, late: perMinute.late };
    },
  });
}

function orderRecord(random: Random, now: number, behindMs: readonly number[]): SimulatedRecord {
  const customer = random.below(CUSTOMERS);
  const partitionKey = `customer-${customer}`;
  const lateness = random.chance(0.2) ? random.below(2 * MINUTE_MS) : 0;
  const skew = random.chance(0.03) ? ARRIVAL + 2 * MAX_SKEW_MS : 0;
  const order: Order = {
    at: now - (behindMs[customer] ?? 0) - lateness + skew,
    amount: random.below(400) / 4,
    isPoison: random.chance(0.03),
  };
  const text = random.chance(0.03) ? '{"at":' : random.chance(0.03) ? '{"at":"soon"}' : JSON.stringify(order);
  // The clocks of the stream go back and forth.
  const arrival = ARRIVAL + (random.chance(0.1) ? random.below(MAX_SKEW_MS) - MAX_SKEW_MS / 2 : 0);
  return { partitionKey, data: utf8.encode(text), arrival };
}

function isOrder(value: unknown): value is Order {
  return typeof value === 'object' && value !== null && 'at' in value && typeof value.at === 'number';
}
