import { describe, expect, test } from '@jest/globals';
import {
  calendar,
  count,
  countOf,
  cumulate,
  customWindow,
  hopping,
  pipeline,
  rollup,
  session,
  source,
  sum,
  trailing,
  tumbling,
  type KeyedStream,
} from 'millrace';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Flow } from '../../lib/dsl/index.ts';
import { StageTask } from '../../lib/engine/index.ts';
import { encodeControlRecord, type InputRecord, type Output } from '../../lib/model/index.ts';
import { Order, record } from '../support/orders.ts';

// The timelines of docs/semantics.md: each is what its first line does to the five records of that page, or six where
// one comes late. Amounts are powers of two, so a total says which records are in it.

const DAY = '2026-03-29';
const at = (time: string): number => Date.parse(`${DAY}T${time}Z`);

const RECORDS = [
  ['12:00:10', 1],
  ['12:00:50', 2],
  ['12:00:30', 4],
  ['12:01:40', 8],
  ['12:03:20', 16],
] as const;
const LATE_RECORD = ['12:01:30', 32] as const;

const aggregates = { orders: count<Order>(), total: sum<Order>(({ amount }) => amount) };

interface Aggregating {
  aggregate(id: string, spec: typeof aggregates): Flow<unknown> & { readonly late: Flow<unknown> };
}

const firstMinutes = customWindow({
  name: 'first two minutes of each hour, and the rest',
  maxSize: '1 hour',
  assign: (timestamp) => {
    const hour = timestamp - (timestamp % 3_600_000);
    const split = hour + 120_000;
    return [timestamp < split ? { start: hour, end: split } : { start: split, end: hour + 3_600_000 }];
  },
});

const timelines: Readonly<Record<string, (orders: KeyedStream<string, Order>) => Aggregating>> = {
  "tumbling('1 minute')": (orders) => orders.window(tumbling('1 minute')),
  "tumbling('1 minute', { offset: '30 seconds' })": (orders) =>
    orders.window(tumbling('1 minute', { offset: '30 seconds' })),
  "hopping('2 minutes', { every: '1 minute' })": (orders) =>
    orders.window(hopping('2 minutes', { every: '1 minute' })),
  "cumulate({ step: '1 minute', max: '3 minutes' })": (orders) =>
    orders.window(cumulate({ step: '1 minute', max: '3 minutes' })),
  "rollup(['1 minute', '3 minutes'])": (orders) => orders.window(rollup(['1 minute', '3 minutes'])),
  "calendar('day', { timeZone: 'Europe/Berlin' })": (orders) =>
    orders.window(calendar('day', { timeZone: 'Europe/Berlin' })),
  "session({ gap: '30 seconds' })": (orders) => orders.window(session({ gap: '30 seconds' })),
  "session({ gap: '30 seconds' }), { emit: 'on-update' }": (orders) =>
    orders.window(session({ gap: '30 seconds' }), { emit: 'on-update' }),
  "trailing('1 minute')": (orders) => orders.window(trailing('1 minute')),
  'countOf(2)': (orders) => orders.window(countOf(2)),
  'countOf(3, { every: 1 })': (orders) => orders.window(countOf(3, { every: 1 })),
  "customWindow({ name: 'first two minutes of each hour, and the rest', … })": (orders) =>
    orders.window(firstMinutes),
  "tumbling('1 minute'), { grace: '30 seconds' }": (orders) =>
    orders.window(tumbling('1 minute'), { grace: '30 seconds' }),
  "tumbling('1 minute'), { emit: 'on-update' }": (orders) =>
    orders.window(tumbling('1 minute'), { emit: 'on-update' }),
  "tumbling('1 minute'), { emit: { every: '20 seconds' } }": (orders) =>
    orders.window(tumbling('1 minute'), { emit: { every: '20 seconds' } }),
  "tumbling('1 minute'), { emit: { afterCount: 2 } }": (orders) =>
    orders.window(tumbling('1 minute'), { emit: { afterCount: 2 } }),
  "tumbling('1 minute'), and a late record": (orders) => orders.window(tumbling('1 minute')),
  "tumbling('1 minute'), { onLate: 'update', allowedLateness: '2 minutes' }, and a late record": (orders) =>
    orders.window(tumbling('1 minute'), { onLate: 'update', allowedLateness: '2 minutes' }),
  'running: aggregate(…) without a window': (orders) => orders,
  "running: aggregate(…, { emit: { every: '1 minute' }, forgetAfter: '90 seconds' })": (orders) => ({
    aggregate: (id, spec) =>
      orders.aggregate(id, spec, { emit: { every: '1 minute' }, forgetAfter: '90 seconds' }),
  }),
};

/** What each record sets off, line by line. */
function play(title: string, window: (orders: KeyedStream<string, Order>) => Aggregating): string {
  const played = pipeline('timeline', {
    sources: { orders: source(Order, { timestamp: (order) => order.at, outOfOrder: '30 seconds' }) },
    build: ({ orders }) => {
      const rows = window(orders.byPartitionKey()).aggregate('rows', aggregates);
      return { rows, late: rows.late };
    },
  });
  const task = new StageTask(played, 'orders', 'shard-0');
  const orders = title.endsWith('late record') ? [...RECORDS, LATE_RECORD] : RECORDS;
  const log: readonly InputRecord[] = [
    ...orders.map(([time, amount], index) =>
      record(index, 'a', { id: `o${index}`, amount, at: at(time) }, at('12:03:30')),
    ),
    { ...record(orders.length, 'end', ''), data: encodeControlRecord({ kind: 'finish' }) },
  ];
  const lines = log.flatMap((each, index) => {
    task.process(each);
    const time = orders[index]?.[0] ?? 'finish';
    return task.takeOutputs().map((output) => `${time.padEnd(9)} ${lineOf(output)}`);
  });
  return [title, ...lines].join('\n');
}

function lineOf(output: Output): string {
  if (output.kind === 'sent') return 'sent';
  const value = output.value as {
    readonly windowStart?: number;
    readonly windowEnd?: number;
    readonly total?: number;
    readonly value?: Order;
    readonly reason?: string;
    readonly lateBy?: number;
    readonly isFinal?: boolean;
  };
  const { windowStart, windowEnd, total, isFinal, reason } = value;
  const range = windowStart === undefined ? '-' : `${clock(windowStart)} to ${clock(windowEnd ?? 0)}`;
  if (reason !== undefined) {
    return `${range.padEnd(31)} late: ${value.value?.amount}, ${reason} by ${(value.lateBy ?? 0) / 1_000} s`;
  }
  const isRetracted = output.kind === 'row' && output.isRetracted === true;
  const standing = isFinal === undefined ? '' : isFinal ? ' final' : ' may change';
  return `${range.padEnd(31)} ${String(total).padStart(2)}${isRetracted ? ' taken back' : standing}`;
}

function clock(timestamp: number): string {
  const text = new Date(timestamp).toISOString();
  const time = text.slice(11, text.endsWith('.000Z') ? 19 : 23);
  return text.startsWith(DAY) ? time : `${text.slice(5, 10)} ${time}`;
}

const page = readFileSync(fileURLToPath(new URL('../../docs/semantics.md', import.meta.url)), 'utf8');
const documented = [...page.matchAll(/```timeline\n([\s\S]*?)\n```/g)].map(([, text = '']) => text);

describe('a timeline of the documentation shows what happens:', () => {
  test.each(Object.keys(timelines))('%s', (title) => {
    const window = timelines[title];

    const played = window === undefined ? '' : play(title, window);

    expect(documented).toContain(played);
  });

  test('every timeline of the page is one of these', () => {
    const titles = documented.map((text) => text.split('\n')[0]);

    expect(new Set(titles)).toEqual(new Set(Object.keys(timelines)));
  });
});
