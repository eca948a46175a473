import { avg, count, max, pipeline, source, tumbling, type Pipeline } from 'millrace';
import * as z from 'zod';
import type { InputRecord } from '../lib/model/index.ts';
import { randomFrom, type Random } from '../lib/testing/index.ts';

/** A busy shard: as many records in each batch, and as many batches in each second. */
export const BATCH_RECORDS = 500;
export const BATCHES_PER_SECOND = 5;
const STEP_MS = 1000 / (BATCH_RECORDS * BATCHES_PER_SECOND);
const START = Date.parse('2026-01-01T00:00:00Z');
const FIRST_SEQUENCE_NUMBER = 10n ** 55n;
const CENTS = 100;
const DISTINCT_AMOUNTS = 10_000;

const Order = z.object({ at: z.number(), amount: z.number() });

/** Orders of each key in windows of this length: how many, the largest, the mean. */
export function ordersPer(window: '1 minute' | '1 hour'): Pipeline {
  return pipeline('orders', {
    sources: { orders: source(Order, { timestamp: (order) => order.at, outOfOrder: '1 second' }) },
    build: ({ orders }) => ({
      totals: orders
        .byPartitionKey()
        .window(tumbling(window))
        .aggregate('totals', {
          orders: count(),
          largest: max((order) => order.amount),
          mean: avg((order) => order.amount),
        }),
    }),
  });
}

/** The records of a shard, batch after batch, each of a key taken at random from so many. */
export class Shard {
  readonly #keys: number;
  readonly #random: Random = randomFrom(1);
  readonly #utf8 = new TextEncoder();
  #next = 0;

  constructor(keys: number) {
    this.#keys = keys;
  }

  batch(): readonly InputRecord[] {
    return Array.from({ length: BATCH_RECORDS }, () => this.#record(this.#random.below(this.#keys)));
  }

  /** One record of every key. */
  everyKey(): readonly InputRecord[] {
    return Array.from({ length: this.#keys }, (_, key) => this.#record(key));
  }

  #record(key: number): InputRecord {
    const at = START + Math.floor(this.#next * STEP_MS);
    this.#next += 1;
    const amount = this.#random.below(DISTINCT_AMOUNTS) / CENTS;
    return {
      sequenceNumber: String(FIRST_SEQUENCE_NUMBER + BigInt(this.#next)),
      partitionKey: `customer-${key}`,
      data: this.#utf8.encode(JSON.stringify({ at, amount })),
      arrival: at,
    };
  }
}
