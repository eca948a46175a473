import {
  count,
  countOf,
  hopping,
  session,
  trailing,
  tumbling,
  type KeyedStream,
  type Stream,
  type Table,
  type Updating,
} from 'millrace';
import type { Order } from '../support/orders.ts';

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

declare const orders: KeyedStream<string, Order>;
declare const numbered: KeyedStream<number, Order>;
declare const unkeyed: Stream<Order>;

// Final results go on; updates don't.

const final = orders.window(tumbling('1 minute')).aggregate('final', { orders: count() });
const updating = orders
  .window(tumbling('1 minute'), { emit: 'on-update' })
  .aggregate('updating', { orders: count() });
const running = orders.aggregate('running', { orders: count() });

final.window(tumbling('1 hour')).aggregate('again', { minutes: count() });
final.aggregate('total', { minutes: count() });
true satisfies Equal<
  typeof updating extends Updating<string, infer Row> ? Row : never,
  {
    readonly key: string;
    readonly windowStart: number;
    readonly windowEnd: number;
    readonly orders: number;
    readonly isFinal: boolean;
  }
>;
true satisfies Equal<
  typeof running extends Updating<string, infer Row> ? Row : never,
  { readonly key: string; readonly orders: number }
>;
updating.map(({ orders: n }) => n).filter((n) => n > 1);
// @ts-expect-error updates would be counted again
updating.window(tumbling('1 hour'));
// @ts-expect-error updates would be counted again
running.aggregate('again', { orders: count() });
// @ts-expect-error updates would be counted again
updating.keyBy((row) => row.windowStart);

// Options that exclude each other.

orders.window(session({ gap: 1 }), { onLate: 'update', allowedLateness: '1 hour' });
orders.window(hopping(2, { every: 1 }), { emit: { every: '10 seconds' } });
// @ts-expect-error allowedLateness is for corrections
orders.window(tumbling(1), { allowedLateness: '1 hour' });
// @ts-expect-error corrections need an end
orders.window(tumbling(1), { onLate: 'update' });
// @ts-expect-error every or afterCount
orders.window(tumbling(1), { emit: { every: 1, afterCount: 1 } });
// @ts-expect-error a trailing window has one result for each instant
orders.window(trailing(1), { emit: 'on-update' });
// @ts-expect-error a count window waits for no time
orders.window(countOf(3), { grace: '1 minute' });
// @ts-expect-error state needs a key first
unkeyed.aggregate('total', { orders: count() });
// @ts-expect-error a window needs a key first
unkeyed.window(tumbling(1));

// Joins

const select = (): string => '';
orders.joinWithin('joined', orders, { kind: 'inner', before: 0, after: 1, select });
// @ts-expect-error keys of different types
orders.joinWithin('joined', numbered, { kind: 'inner', before: 0, after: 1, select });
// @ts-expect-error a join needs bounds
orders.joinWithin('joined', orders, { kind: 'inner', select });
orders.joinWithin('left', orders, {
  kind: 'left',
  before: 0,
  after: 1,
  select: (left, right) => {
    true satisfies Equal<typeof left, Order>;
    true satisfies Equal<typeof right, Order | undefined>;
    return '';
  },
});
orders.joinWithin('full', orders, {
  kind: 'full',
  before: 0,
  after: 1,
  select: (left, right, { timestamp }) => {
    true satisfies Equal<typeof left, Order | undefined>;
    true satisfies Equal<typeof right, Order | undefined>;
    return timestamp;
  },
}) satisfies KeyedStream<string, number>;

const table = orders.asTable();
true satisfies Equal<typeof table, Table<string, Order>>;
orders.joinAsOf('as-of', table, {
  kind: 'inner',
  history: '1 hour',
  select: (left, right) => [left.id, right.id],
});
// @ts-expect-error keys of different types
numbered.joinAsOf('as-of', table, { kind: 'inner', history: '1 hour', select });

// Patterns

orders.match(
  'twice',
  (pattern) =>
    pattern
      .begin('one', ({ amount }) => amount === 1)
      .followedBy('other', ({ amount }, { one }) => amount === one.amount)
      .within('1 minute'),
  ({ one, other }, key) => `${key} ${one.id} ${other.id}`,
) satisfies KeyedStream<string, string>;
orders.match(
  'endless',
  // @ts-expect-error a pattern needs an end in time
  (pattern) => pattern.begin('one', () => true),
  () => '',
);
