import {
  avg,
  calendar,
  count,
  countOf,
  cumulate,
  customWindow,
  hopping,
  max,
  pipeline,
  rollup,
  session,
  source,
  trailing,
  tumbling,
  type KeyedStream,
  type Pipeline,
} from 'millrace';
import * as z from 'zod';
import type { Flow } from '../../lib/dsl/index.ts';
import { manyKeys, oneKey, OUT_OF_ORDER_MS, type Order, type Traffic } from './traffic.ts';

export interface Case {
  readonly name: string;
  readonly traffic: Traffic;
  /** One source `orders`, one operator, one output `rows`. */
  readonly pipeline: Pipeline;
  /** At most this, as a multiple of what a tumbling window of a minute takes for the same records. */
  readonly target?: number;
}

const aggregates = {
  orders: count<Order>(),
  largest: max<Order, number>(({ amount }) => amount),
  mean: avg<Order>(({ amount }) => amount),
};

type Keyed = KeyedStream<string, Order>;

/** Anything that can be aggregated. */
interface Aggregating {
  aggregate(id: string, spec: typeof aggregates): Flow<unknown>;
}

function rowsOf(window: (orders: Keyed) => Aggregating): Pipeline {
  return pipeline('bench', {
    sources: {
      orders: source(z.object({ at: z.number(), amount: z.number() }), {
        timestamp: (order) => order.at,
        outOfOrder: OUT_OF_ORDER_MS,
      }),
    },
    build: ({ orders }) => ({ rows: window(orders.byPartitionKey()).aggregate('rows', aggregates) }),
  });
}

const minutes = customWindow({
  name: 'minutes',
  maxSize: '1 minute',
  assign: (timestamp) => {
    const start = Math.floor(timestamp / 60_000) * 60_000;
    return [{ start, end: start + 60_000 }];
  },
});

const tumblingMinute = rowsOf((orders) => orders.window(tumbling('1 minute')));
const hoppingHour = rowsOf((orders) => orders.window(hopping('1 hour', { every: '1 minute' })));

/** What the others are measured against. */
export const baselines: readonly Case[] = [manyKeys, oneKey].map((traffic) => ({
  name: 'tumbling 1 minute',
  traffic,
  pipeline: tumblingMinute,
}));

const withManyKeys: readonly (readonly [name: string, pipeline: Pipeline, target?: number])[] = [
  ['hopping 1 hour / 1 minute', hoppingHour, 1.5],
  [
    'cumulate 1 minute / 1 hour',
    rowsOf((orders) => orders.window(cumulate({ step: '1 minute', max: '1 hour' }))),
  ],
  [
    'rollup 1 minute, 1 hour, 1 day',
    rowsOf((orders) => orders.window(rollup(['1 minute', '1 hour', '1 day']))),
  ],
  ['calendar day', rowsOf((orders) => orders.window(calendar('day', { timeZone: 'Europe/Berlin' })))],
  ['session, gap 10 seconds', rowsOf((orders) => orders.window(session({ gap: '10 seconds' })))],
  ['trailing 1 minute', rowsOf((orders) => orders.window(trailing('1 minute')))],
  ['count 10', rowsOf((orders) => orders.window(countOf(10)))],
  ['count 100 every 1', rowsOf((orders) => orders.window(countOf(100, { every: 1 })))],
  ['custom minutes', rowsOf((orders) => orders.window(minutes))],
  [
    'tumbling 1 minute, on update',
    rowsOf((orders) => orders.window(tumbling('1 minute'), { emit: 'on-update' })),
  ],
  [
    'tumbling 1 minute, every 10 seconds',
    rowsOf((orders) => orders.window(tumbling('1 minute'), { emit: { every: '10 seconds' } })),
  ],
  ['running, on update', rowsOf((orders) => orders)],
];

const withOneKey: typeof withManyKeys = [
  ['hopping 1 hour / 1 minute', hoppingHour, 1.5],
  ['trailing, 100,000 records inside', rowsOf((orders) => orders.window(trailing('1000 seconds'))), 3],
  ['count 100,000 every 1', rowsOf((orders) => orders.window(countOf(100_000, { every: 1 })))],
];

export const cases: readonly Case[] = [
  ...withManyKeys.map((each) => [manyKeys, ...each] as const),
  ...withOneKey.map((each) => [oneKey, ...each] as const),
].map(([traffic, name, of, target]) => ({
  name,
  traffic,
  pipeline: of,
  ...(target !== undefined && { target }),
}));
