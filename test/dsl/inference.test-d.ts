import {
  avg,
  count,
  max,
  min,
  pipeline,
  source,
  sum,
  tumbling,
  type KeyedStream,
  type Late,
  type Pipeline,
  type Stream,
} from 'millrace';
import * as z from 'zod';
import { Order } from '../support/orders.ts';

/** The same type, not only assignable both ways: the compiler compares the two functions without resolving T. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type ValueOf<S> = S extends Stream<infer T> ? T : S extends KeyedStream<string, infer T> ? T : never;
type TypesOf<P extends Pipeline> = NonNullable<P['~types']>;

declare const orders: Stream<Order>;
const perMinute = orders.byPartitionKey().window(tumbling('1 minute'));

// What follows from what

const rows = perMinute.aggregate('per-minute', {
  orders: count(),
  priced: count((order) => order.amount),
  total: sum((order) => order.amount),
  mean: avg((order) => order.amount),
  first: min((order) => order.id),
  last: max((order) => order.at),
});
interface Row {
  readonly key: string;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly orders: number;
  readonly priced: number;
  readonly total: number;
  readonly mean: number | undefined;
  readonly first: string | undefined;
  readonly last: number | undefined;
}
true satisfies Equal<ValueOf<typeof rows>, Row>;
true satisfies Equal<typeof rows.late, Stream<Late<Order>>>;

const ids = orders.map((order) => order.id);
true satisfies Equal<typeof ids, Stream<string>>;

const letters = ids.flatMap((id) => new Set(id));
true satisfies Equal<typeof letters, Stream<string>>;

type Priced = Order & { readonly amount: number };
const priced = orders.filter((order): order is Priced => order.amount !== null);
true satisfies Equal<typeof priced, Stream<Priced>>;

const cheap = orders.byPartitionKey().filter((order) => (order.amount ?? 0) < 10);
true satisfies Equal<typeof cheap, KeyedStream<string, Order>>;

const doubled = (stream: Stream<number>): Stream<number> => stream.map((n) => 2 * n);
const throughOthers = ids.map((id) => id.length).through(doubled);
true satisfies Equal<typeof throughOthers, Stream<number>>;

const Click = z.object({ page: z.string(), at: z.coerce.date() });
const clicks = pipeline('clicks', {
  sources: {
    clicks: source(Click, { timestamp: (click) => click.at }),
    orders: source(Order, { timestamp: 'arrival' }),
  },
  build: ({ clicks: pages, orders: sold }) => ({ pages: pages.map((click) => click.page), sold }),
});
type Clicks = TypesOf<typeof clicks>;
true satisfies Equal<Clicks['in'], { readonly clicks: z.infer<typeof Click>; readonly orders: Order }>;
true satisfies Equal<Clicks['out'], { readonly pages: string; readonly sold: Order }>;

// What must not compile

// @ts-expect-error a window needs a key
orders.window(tumbling('1 minute'));

// @ts-expect-error a window is no stream before it is aggregated
perMinute.map((order) => order);

// @ts-expect-error a week is no unit
tumbling('1 week');

// @ts-expect-error grace is a duration
orders.byPartitionKey().window(tumbling('1 minute'), { grace: 'long' });

// @ts-expect-error orders have no such field
perMinute.aggregate('wrong-field', { total: sum((order) => order.price) });

// @ts-expect-error only numbers have a sum
perMinute.aggregate('wrong-type', { total: sum((order) => order.id) });

// @ts-expect-error a result is already called "windowStart"
perMinute.aggregate('reserved', { windowStart: count() });

// @ts-expect-error a result is already called "pk"
perMinute.aggregate('reserved', { pk: count() });

// @ts-expect-error an aggregate is no function
perMinute.aggregate('function', { orders: () => 1 });

// @ts-expect-error a filter answers true or false
orders.filter((order) => order.id);

// @ts-expect-error one value is not many
orders.flatMap((order) => order.at);

// @ts-expect-error what is shared takes another kind of stream
ids.through(doubled);

// @ts-expect-error orders have no such field
source(Order, { timestamp: (order) => order.placedAt });

// @ts-expect-error an amount may be null, and null is no time
source(Order, { timestamp: (order) => order.amount });

// @ts-expect-error a class is no schema
source(Date, { timestamp: 'arrival' });

pipeline('unknown-source', {
  sources: { orders: source(Order, { timestamp: 'arrival' }) },
  // @ts-expect-error there is no such source
  build: ({ sales }) => ({ sales }),
});

pipeline('no-stream', {
  sources: { orders: source(Order, { timestamp: 'arrival' }) },
  // @ts-expect-error a window is no output before it is aggregated
  build: (streams) => ({ perMinute: streams.orders.byPartitionKey().window(tumbling('1 minute')) }),
});

pipeline('policy', {
  sources: { orders: source(Order, { timestamp: 'arrival' }) },
  build: (streams) => streams,
  // @ts-expect-error nothing is ever ignored
  onError: 'ignore',
});
