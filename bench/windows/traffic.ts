import { encodeKey, type Event, type InputRecord } from '../../lib/model/index.ts';

export interface Order {
  readonly at: number;
  readonly amount: number;
}

/** Orders in a steady flow, up to a few seconds out of order: as records of a shard, and as events of an operator. */
export interface Traffic {
  readonly name: string;
  readonly keys: number;
  readonly recordAt: (index: number) => InputRecord;
  readonly eventAt: (index: number) => Event;
}

export const RECORDS = 200_000;
export const OUT_OF_ORDER_MS = 3_000;

const START = Date.UTC(2026, 0);
const FIRST_SEQUENCE_NUMBER = 10n ** 55n;
const utf8 = new TextEncoder();

function trafficOf(name: string, keys: number, everyMs: number): Traffic {
  const orderAt = (index: number): Order => ({
    at: START + index * everyMs - ((index * 7919) % OUT_OF_ORDER_MS),
    amount: (index * 7919) % 1_000,
  });
  const keyAt = (index: number): string => `k${(index * 31) % keys}`;
  return {
    name,
    keys,
    recordAt: (index) => ({
      sequenceNumber: String(FIRST_SEQUENCE_NUMBER + BigInt(index)),
      partitionKey: keyAt(index),
      data: utf8.encode(JSON.stringify(orderAt(index))),
      arrival: START + index * everyMs,
    }),
    eventAt: (index) => {
      const value = orderAt(index);
      return { key: encodeKey(keyAt(index)), timestamp: value.at, value };
    },
  };
}

export const manyKeys = trafficOf('1,000 keys, 12 records a minute each', 1_000, 5);
export const oneKey = trafficOf('1 key, 6,000 records a minute', 1, 10);
