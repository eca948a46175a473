import { PutRecordsCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { count, max, pipeline, source, sum, tumbling } from 'millrace';
import * as z from 'zod';
import { encodeControlRecord } from '../../lib/model/index.ts';
import type { Random } from '../../lib/testing/index.ts';

const MINUTE_MS = 60_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const STEP_MS = 7_000;
/** No two records are out of order by more than twice this, so none is late. */
const JITTER_MS = 4_000;
const RECORDS = 30;

const Order = z.object({ at: z.number(), amount: z.number(), note: z.string() });
type Order = z.infer<typeof Order>;

/** What two sandboxes contend for: rows of each key and minute, new with each order, and a note that can make them large. */
export const contended = pipeline('contended', {
  sources: { orders: source(Order, { timestamp: (order) => order.at, outOfOrder: '10 seconds' }) },
  build: ({ orders }) => ({
    perMinute: orders
      .byPartitionKey()
      .window(tumbling('1 minute'), { emit: 'on-update' })
      .aggregate('per-minute', {
        orders: count(),
        total: sum((order) => order.amount),
        note: max((order) => order.note),
      }),
  }),
});

export interface LogEntry {
  readonly key: string;
  /** `undefined` is a record that is no JSON. */
  readonly order: Order | undefined;
}

/** Orders of a few keys over some minutes, out of order within the bound, and some that can't be decoded. */
export function randomLog(random: Random, noteBytes: number): readonly LogEntry[] {
  return Array.from({ length: RECORDS }, (_, index): LogEntry => {
    const key = random.pick(['a', 'b', 'c']);
    const at = START + index * STEP_MS + random.below(2 * JITTER_MS) - JITTER_MS;
    const note = Array.from({ length: noteBytes }, () => random.below(36).toString(36)).join('');
    return { key, order: random.chance(0.1) ? undefined : { at, amount: random.below(100), note } };
  });
}

/** Puts the log into the stream's only shard, and a record behind which every window closes. */
export async function putLog(
  client: KinesisClient,
  StreamName: string,
  log: readonly LogEntry[],
): Promise<void> {
  const data = log.map(({ key, order }) => ({
    PartitionKey: key,
    Data: Buffer.from(order === undefined ? '{' : JSON.stringify(order)),
  }));
  const finish = { PartitionKey: 'finish', Data: encodeControlRecord({ kind: 'finish' }) };
  await client.send(new PutRecordsCommand({ StreamName, Records: [...data, finish] }));
}

/** A version of a row as text, without what says which record set it off. */
export interface Row {
  /** Its primary key. */
  readonly name: string;
  readonly orders: string;
  readonly total: string;
  readonly note: string;
  readonly isFinal: boolean;
}

/** Each row of the whole log, version by version, as plainly as it can be computed; rows in the order of their names. */
export function versionsOf(log: readonly LogEntry[]): readonly Row[] {
  const groups = new Map<string, Order[]>();
  for (const { key, order } of log) {
    if (order === undefined) continue;
    const start = new Date(order.at - (order.at % MINUTE_MS)).toISOString();
    const name = `perMinute#${key} ${start}`;
    groups.set(name, [...(groups.get(name) ?? []), order]);
  }
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, orders]) => [
      ...orders.map((_, index) => rowOf(name, orders.slice(0, index + 1), false)),
      rowOf(name, orders, true),
    ]);
}

function rowOf(name: string, orders: readonly Order[], isFinal: boolean): Row {
  return {
    name,
    orders: String(orders.length),
    total: String(orders.reduce((total, { amount }) => total + amount, 0)),
    note:
      orders
        .map(({ note }) => note)
        .toSorted()
        .at(-1) ?? '',
    isFinal,
  };
}
