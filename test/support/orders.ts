import { count, max, min, avg, sum, pipeline, source, tumbling } from 'millrace';
import * as z from 'zod';

import type { InputRecord } from '../../lib/model/index.ts';
export const Order = z.object({ id: z.string(), amount: z.number().nullable(), at: z.number() });
export type Order = z.infer<typeof Order>;

/** Orders per key and minute, ten seconds out of order: the pipeline most tests run. */
export const orders = pipeline('orders', {
  sources: { orders: source(Order, { timestamp: (each) => each.at, outOfOrder: '10 seconds' }) },
  build: ({ orders: stream }) => {
    const perMinute = stream
      .byPartitionKey()
      .window(tumbling('1 minute'))
      .aggregate('per-minute', {
        orders: count(),
        total: sum((each) => each.amount),
        mean: avg((each) => each.amount),
        smallest: min((each) => each.amount),
        largest: max((each) => each.amount),
      });
    return { perMinute, late: perMinute.late };
  },
});

/** A moment on the test's day, written as a time of day: `at('00:01:30')`. */
export function at(time: string): number {
  return Date.parse(`2026-01-01T${time}Z`);
}

const utf8 = new TextEncoder();
const FIRST_SEQUENCE_NUMBER = 4959n * 10n ** 52n;

/** The n-th record of a shard. */
export function record(
  n: number,
  partitionKey: string,
  value: unknown,
  arrival = at('12:00:00'),
): InputRecord {
  return {
    sequenceNumber: String(FIRST_SEQUENCE_NUMBER + 7n * BigInt(n)),
    partitionKey,
    data: typeof value === 'string' ? utf8.encode(value) : utf8.encode(JSON.stringify(value)),
    arrival,
  };
}

export function order(n: number, partitionKey: string, time: string, amount: number | null = 1): InputRecord {
  return record(n, partitionKey, { id: `o${n}`, amount, at: at(time) });
}
