import {
  calendar,
  count,
  countOf,
  cumulate,
  customWindow,
  hopping,
  rollup,
  session,
  sum,
  trailing,
  tumbling,
  type KeyedStream,
  type Late,
  type Stream,
  type StreamTypeError,
  type Updating,
} from 'millrace';
import type { Order } from '../support/orders.ts';

/** The same type, not only assignable both ways: the compiler compares the two functions without resolving T. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type RowOf<S> = S extends KeyedStream<string, infer T> ? T : S extends Updating<string, infer T> ? T : never;

declare const orders: KeyedStream<string, Order>;

interface Row {
  readonly key: string;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly orders: number;
}
interface UpdatingRow extends Row {
  readonly isFinal: boolean;
}
type Flat<T> = { [Name in keyof T]: T[Name] };

// What follows from what

const final = [
  orders.window(tumbling('1 minute', { offset: '10 seconds' })),
  orders.window(hopping('1 hour', { every: '1 minute' }), { grace: '5 seconds' }),
  orders.window(cumulate({ step: '1 minute', max: '1 hour' })),
  orders.window(rollup(['1 minute', '1 hour'])),
  orders.window(calendar('day', { timeZone: 'Europe/Berlin' })),
  orders.window(session({ gap: '1 minute', maxDuration: '1 hour' }), { emit: 'on-close', onLate: 'side' }),
  orders.window(trailing('1 hour'), { grace: '5 seconds' }),
  orders.window(countOf(10, { every: 5 })),
  orders.window(customWindow({ name: 'none', maxSize: '1 hour', assign: () => [] })),
].map((window) => window.aggregate('rows', { orders: count() }));
true satisfies Equal<RowOf<(typeof final)[number]>, Flat<Row>>;

const updating = [
  orders.window(tumbling('1 minute'), { emit: 'on-update' }),
  orders.window(hopping('1 hour', { every: '1 minute' }), { emit: { every: '10 seconds' } }),
  orders.window(calendar('month', { timeZone: 'Europe/Berlin' }), { emit: { afterCount: 10 } }),
  orders.window(session({ gap: '1 minute' }), { onLate: 'update', allowedLateness: '1 hour' }),
  orders.window(rollup(['1 minute', '1 hour']), { emit: 'on-close', onLate: 'update', allowedLateness: 1 }),
].map((window) => window.aggregate('rows', { orders: count() }));
const [rows] = updating;
if (rows === undefined) throw new RangeError('no rows');
true satisfies Equal<RowOf<typeof rows>, Flat<UpdatingRow>>;
true satisfies Equal<typeof rows.late, Stream<Late<Order>>>;

const running = orders.aggregate('running', { total: sum((order) => order.amount) });
true satisfies Equal<RowOf<typeof running>, { readonly key: string; readonly total: number }>;

const many = rows.filter((row) => row.isFinal).map((row) => row.orders);
true satisfies Equal<typeof many, Updating<string, number>>;

// Final results go on: they can be windowed again
const chained = orders
  .window(tumbling('1 minute'))
  .aggregate('minutes', { orders: count() })
  .window(tumbling('1 hour'))
  .aggregate('hours', { orders: sum((row) => row.orders) });
true satisfies Equal<RowOf<typeof chained>, Flat<Row>>;

// What must not compile: rows that change, once more

type NotFinal =
  StreamTypeError<'these rows are updates, each taking the place of the one before: aggregating them would count the same values again. Emit on close to go on with final results'>;
true satisfies Equal<typeof rows.window, NotFinal>;
true satisfies Equal<typeof running.aggregate, NotFinal>;

// @ts-expect-error these rows are updates
rows.window(tumbling('1 hour'));

// @ts-expect-error these rows are updates, filtered as well
rows.filter((row) => row.isFinal).aggregate('totals', { orders: count() });

// @ts-expect-error rows of a running aggregate are updates
running.map((row) => row.total).window(tumbling('1 hour'));

// @ts-expect-error a row that changes isn't many values
rows.flatMap((row) => [row]);

// What must not compile: options that exclude each other

// @ts-expect-error what comes late goes aside, so nothing is corrected
orders.window(tumbling('1 minute'), { allowedLateness: '1 hour' });

// @ts-expect-error the same, said outright
orders.window(tumbling('1 minute'), { onLate: 'side', allowedLateness: '1 hour' });

// @ts-expect-error for how long?
orders.window(tumbling('1 minute'), { onLate: 'update' });

// @ts-expect-error every or afterCount
orders.window(tumbling('1 minute'), { emit: { every: '10 seconds', afterCount: 10 } });

// @ts-expect-error neither every nor afterCount
orders.window(tumbling('1 minute'), { emit: {} });

// @ts-expect-error late records are never dropped
orders.window(tumbling('1 minute'), { onLate: 'drop' });

// @ts-expect-error a trailing window has one result for each instant, emitted once
orders.window(trailing('1 hour'), { emit: 'on-update' });

// @ts-expect-error nor can that be corrected
orders.window(trailing('1 hour'), { onLate: 'update', allowedLateness: '1 hour' });

// @ts-expect-error a count window goes by the order of the log and speaks once
orders.window(countOf(10), { emit: { every: '1 minute' } });

// @ts-expect-error it waits for no time
orders.window(countOf(10), { grace: '1 minute' });

// @ts-expect-error a running aggregate never closes
orders.aggregate('rows', { orders: count() }, { emit: 'on-close' });

// What must not compile: specs

// @ts-expect-error a hopping window says how often one begins
hopping('1 hour');

// @ts-expect-error a trailing window is aligned to nothing
trailing('1 hour', { offset: '1 minute' });

// @ts-expect-error a session has a gap
session({ maxDuration: '1 hour' });

// @ts-expect-error a cumulate window has a step and a max
cumulate({ step: '1 minute' });

// @ts-expect-error no calendar has quarters of an hour
calendar('quarter', { timeZone: 'Europe/Berlin' });

// @ts-expect-error a day is somebody's day
calendar('day');

// @ts-expect-error a count is a number
countOf('10');

// @ts-expect-error without the size of the largest, nothing says how long state is kept
customWindow({ name: 'mine', assign: () => [] });
