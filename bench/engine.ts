import { avg, count, max, pipeline, source, tumbling } from 'millrace';
import * as z from 'zod';
import { StageTask } from '../lib/engine/index.ts';
import type { InputRecord } from '../lib/model/index.ts';

/**
 * Events a second through one task (decode, schema, window, aggregates), beside `JSON.parse` alone over the same
 * records in the same run: the ratio is what can be compared between machines.
 */
const RECORDS = 200_000;
const ROUNDS = 5;
const KEYS = 1_000;

const Order = z.object({ at: z.number(), amount: z.number() });

const orders = pipeline('orders', {
  sources: { orders: source(Order, { timestamp: (order) => order.at, outOfOrder: '10 seconds' }) },
  build: ({ orders: stream }) => ({
    perMinute: stream
      .byPartitionKey()
      .window(tumbling('1 minute'))
      .aggregate('per-minute', {
        orders: count(),
        largest: max((order) => order.amount),
        mean: avg((order) => order.amount),
      }),
  }),
});

const utf8 = new TextEncoder();
const records = Array.from({ length: RECORDS }, (_, index): InputRecord => {
  const order = { at: index * 5, amount: (index * 7919) % 1_000 };
  return {
    sequenceNumber: String(10n ** 55n + BigInt(index)),
    partitionKey: `k${(index * 31) % KEYS}`,
    data: utf8.encode(JSON.stringify(order)),
    arrival: index * 5,
  };
});

function perSecond(run: () => void): number {
  const startedAt = performance.now();
  run();
  return RECORDS / ((performance.now() - startedAt) / 1000);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const parse: number[] = [];
const engine: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const decoder = new TextDecoder();
  parse.push(perSecond(() => records.forEach(({ data }) => JSON.parse(decoder.decode(data)))));
  const task = new StageTask(orders, 'orders', 'shard');
  engine.push(
    perSecond(() => {
      for (const record of records) task.process(record);
      task.takeOutputs();
    }),
  );
}
const [limit, reached] = [median(parse), median(engine)];
console.log(
  `JSON.parse alone   ${Math.round(limit / 1000)} K records/s (median of ${ROUNDS} rounds of ${RECORDS})`,
);
console.log(
  `through the engine ${Math.round(reached / 1000)} K records/s, ${(reached / limit).toFixed(2)} of that`,
);
