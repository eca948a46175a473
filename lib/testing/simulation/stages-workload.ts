import { count, sum } from '../../aggregators/index.ts';
import { pipeline, source, type Pipeline, type Schema } from '../../dsl/index.ts';
import { tumbling } from '../../windows/index.ts';
import type { MemorySinks } from '../memory-sinks.ts';
import type { Random } from '../random.ts';
import type { Workload } from './simulate.ts';
import type { ShardHistory } from './simulated-shards.ts';
import type { SimulatedRecord } from './stream-history.ts';

export interface Entry {
  readonly id: number;
  readonly customer: string;
  readonly amount: number;
  readonly at: number;
}

export const MINUTE_MS = 60_000;
export const DISORDER_MS = 2 * MINUTE_MS;
const AFTER_MS = 30_000;
const ARRIVAL = 60 * MINUTE_MS;
const CUSTOMERS = 5;

const utf8 = new TextEncoder();
export const entrySchema: Schema = {
  '~standard': { version: 1, vendor: 'millrace', validate: (value) => ({ value }) },
};

/**
 * Two sources that meet by a key, and results that are keyed anew: three stages behind two. Nothing is late, so what has
 * to come out doesn't depend on how the stages' streams were interleaved.
 */
export const stagesWorkload: Workload = {
  pipelines: (random) => [
    stagesPipeline(random.chance(0.3) ? 'transactional' : 'eager', random.chance(0.5) ? 'auto' : 'off'),
  ],
  records: (random) => ({ orders: entries(random), payments: entries(random) }),
  check: problem,
};

function stagesPipeline(delivery: Pipeline['delivery'], combine: Pipeline['combine']): Pipeline {
  const time = {
    timestamp: (value: unknown) => (value as Entry).at,
    outOfOrder: DISORDER_MS,
    maxSkew: '1 day',
  } as const;
  return pipeline('stages', {
    delivery,
    combine,
    sources: { orders: source(entrySchema, time), payments: source(entrySchema, time) },
    build: ({ orders, payments }) => {
      const ordered = orders.map((value) => value as Entry).keyBy(({ customer }) => customer);
      const paid = payments.map((value) => value as Entry).keyBy(({ customer }) => customer);
      const joined = ordered.joinWithin('joined', paid, {
        kind: 'full',
        before: 0,
        after: AFTER_MS,
        select: (order, payment) => `${order?.id ?? '-'} ${payment?.id ?? '-'}`,
      });
      const perCustomer = ordered
        .merge(paid)
        .window(tumbling(MINUTE_MS))
        .aggregate('per-customer', { entries: count(), total: sum(({ amount }) => amount) });
      const perMinute = perCustomer
        .keyBy(({ windowStart }) => windowStart)
        .window(tumbling(MINUTE_MS))
        .aggregate('per-minute', { customers: count(), total: sum(({ total }) => total) });
      return { joined, perCustomer, perMinute };
    },
  });
}

export function entries(random: Random): readonly SimulatedRecord[] {
  let now = -2 * MINUTE_MS;
  return Array.from({ length: 10 + random.below(25) }, (_, id) => {
    now += random.below(20_000);
    const entry: Entry = {
      id,
      customer: `customer-${random.below(CUSTOMERS)}`,
      amount: random.below(400) / 4,
      at: now - random.below(DISORDER_MS),
    };
    return {
      partitionKey: `producer-${random.below(4)}`,
      data: utf8.encode(JSON.stringify(entry)),
      arrival: ARRIVAL,
    };
  });
}

function problem(shards: readonly ShardHistory[], sinks: MemorySinks): string | undefined {
  const of = (name: string): readonly Entry[] =>
    shards
      .filter(({ shardId }) => shardId.startsWith(`${name}:`))
      .flatMap(({ records }) => records.flatMap(entryOf));
  const [orders, payments] = [of('orders'), of('payments')];
  const perCustomer = perCustomerOf([...orders, ...payments]);
  const expected: Readonly<Record<string, readonly unknown[]>> = {
    joined: joinedOf(orders, payments),
    perCustomer,
    perMinute: perMinuteOf(perCustomer),
  };
  const outputs = sinks.changes.map(({ output }) => output);
  for (const [sink, rows] of Object.entries(expected)) {
    const found = outputs.flatMap((o) =>
      o.kind !== 'dead-letter' && o.sink === sink ? [JSON.stringify(o.value)] : [],
    );
    const wanted = rows.map((row) => JSON.stringify(row));
    const difference = differenceOf(found.toSorted(), wanted.toSorted());
    if (difference !== undefined) return `${sink}: ${difference}`;
  }
  const dead = outputs.filter(({ kind }) => kind === 'dead-letter');
  return dead.length === 0 ? undefined : `${dead.length} dead letters: ${JSON.stringify(dead[0])}`;
}

export function entryOf({ data }: { readonly data: Uint8Array }): readonly Entry[] {
  return data[0] === 0 ? [] : [JSON.parse(new TextDecoder().decode(data)) as Entry];
}

/** `select … from orders full join payments on customer and time`, row by row. */
function joinedOf(orders: readonly Entry[], payments: readonly Entry[]): readonly string[] {
  const isPair = (order: Entry, payment: Entry): boolean =>
    order.customer === payment.customer && order.at <= payment.at && payment.at <= order.at + AFTER_MS;
  return [
    ...orders.flatMap((order) =>
      payments.filter((payment) => isPair(order, payment)).map(({ id }) => `${order.id} ${id}`),
    ),
    ...orders
      .filter((order) => !payments.some((payment) => isPair(order, payment)))
      .map(({ id }) => `${id} -`),
    ...payments
      .filter((payment) => !orders.some((order) => isPair(order, payment)))
      .map(({ id }) => `- ${id}`),
  ];
}

interface PerCustomer {
  readonly key: string;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly entries: number;
  readonly total: number;
}

function perCustomerOf(all: readonly Entry[]): readonly PerCustomer[] {
  const groups = grouped(all, ({ customer, at }) => `${customer} ${minuteOf(at)}`);
  return groups.map((group): PerCustomer => {
    const [{ customer: key, at }] = group;
    const windowStart = minuteOf(at);
    const total = group.reduce((so, { amount }) => so + amount, 0);
    return { key, windowStart, windowEnd: windowStart + MINUTE_MS, entries: group.length, total };
  });
}

function perMinuteOf(rows: readonly PerCustomer[]): readonly unknown[] {
  return grouped(rows, ({ windowStart }) => String(windowStart)).map((group) => {
    const [{ windowStart, windowEnd }] = group;
    const total = group.reduce((so, row) => so + row.total, 0);
    return { key: windowStart, windowStart, windowEnd, customers: group.length, total };
  });
}

export function minuteOf(at: number): number {
  return Math.floor(at / MINUTE_MS) * MINUTE_MS;
}

export function grouped<T>(
  all: readonly T[],
  nameOf: (each: T) => string,
): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const each of all) {
    const group = groups.get(nameOf(each));
    if (group === undefined) groups.set(nameOf(each), [each]);
    else group.push(each);
  }
  return [...groups.values()];
}

export function differenceOf(found: readonly string[], wanted: readonly string[]): string | undefined {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return undefined;
  const extra = found.filter((text, index) => !wanted.includes(text) || found.indexOf(text) !== index);
  const missing = wanted.filter((text) => !found.includes(text));
  return `${extra.length} too many (${extra[0] ?? '-'}), ${missing.length} missing (${missing[0] ?? '-'})`;
}
