import {
  approxCountDistinct,
  avg,
  bottomN,
  collect,
  count,
  countDistinct,
  cusum,
  custom,
  delta,
  distinct,
  ewma,
  ewmaBands,
  first,
  lag,
  last,
  max,
  maxBy,
  min,
  minBy,
  percentile,
  percentiles,
  pipeline,
  rate,
  reduce,
  source,
  spikeAndDip,
  stddev,
  sum,
  sumBigInt,
  topN,
  tumbling,
  variance,
  zScore,
  type Cusum,
  type EwmaBands,
  type SpikeAndDip,
  type Kept,
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

const aggregated = perMinute.aggregate('all', {
  first: first(),
  firstAmount: first((order) => order.amount),
  last: last(),
  lastId: last((order) => order.id),
  top: topN(3, { by: (order) => order.amount }),
  topIds: topN(3, { by: (order) => order.amount, id: (order) => order.id, of: (order) => order.id }),
  bottom: bottomN(3, { by: (order) => order.id }),
  dearest: maxBy((order) => order.amount),
  cheapestId: minBy(
    (order) => order.amount,
    (order) => order.id,
  ),
  ids: collect((order) => order.id, { limit: 10 }),
  someIds: collect((order) => order.id, { limit: 10, overflow: 'keep-last' }),
  amounts: distinct((order) => order.amount, { limit: 10 }),
  someAmounts: distinct((order) => order.amount, { limit: 10, overflow: 'keep-first' }),
  different: countDistinct((order) => order.id, { limit: 10 }),
  about: approxCountDistinct((order) => order.id),
  cents: sumBigInt((order) => order.amount),
  spread: stddev((order) => order.amount),
  spread2: variance((order) => order.amount, { of: 'population' }),
  p95: percentile(0.95, (order) => order.amount),
  shares: percentiles({ median: 0.5, p99: 0.99 }, (order) => order.amount),
  longest: reduce({
    init: () => 0,
    add: (longest, order) => Math.max(longest, order.id.length),
    merge: (a, b) => Math.max(a, b),
  }),
  words: custom({
    kind: 'words',
    init: () => new Array<string>(),
    add: (words, order) => [...words, order.id],
    merge: (a, b) => [...a, ...b],
    result: (words) => words.join(' '),
  }),
});
interface Aggregated {
  readonly key: string;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly first: Order | undefined;
  readonly firstAmount: number | undefined;
  readonly last: Order | undefined;
  readonly lastId: string | undefined;
  readonly top: readonly Order[];
  readonly topIds: readonly string[];
  readonly bottom: readonly Order[];
  readonly dearest: Order | undefined;
  readonly cheapestId: string | undefined;
  readonly ids: readonly string[];
  readonly someIds: Kept<string>;
  readonly amounts: readonly number[];
  readonly someAmounts: Kept<number>;
  readonly different: number;
  readonly about: number;
  readonly cents: bigint;
  readonly spread: number | undefined;
  readonly spread2: number | undefined;
  readonly p95: number | undefined;
  readonly shares: { readonly median: number; readonly p99: number } | undefined;
  readonly longest: number;
  readonly words: string;
}
true satisfies Equal<ValueOf<typeof aggregated>, Aggregated>;

const changing = perMinute.aggregate('changing', {
  smooth: ewma((order) => order.amount, { halfLife: '5 minutes' }),
  change: delta((order) => order.amount, { per: '1 hour' }),
  before: lag((order) => order.id),
  perSecond: rate({ over: '1 minute' }),
  amountPerSecond: rate({ of: (order) => order.amount }),
  z: zScore((order) => order.amount),
  bands: ewmaBands((order) => order.amount, { halfLife: '1 hour' }),
  shift: cusum((order) => order.amount, { baseline: 20 }),
  spike: spikeAndDip((order) => order.amount),
});
interface Changing {
  readonly key: string;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly smooth: number | undefined;
  readonly change: number | undefined;
  readonly before: string | undefined;
  readonly perSecond: number | undefined;
  readonly amountPerSecond: number | undefined;
  readonly z: number | undefined;
  readonly bands: EwmaBands | undefined;
  readonly shift: Cusum | undefined;
  readonly spike: SpikeAndDip | undefined;
}
true satisfies Equal<ValueOf<typeof changing>, Changing>;

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

// @ts-expect-error orders have no such field
perMinute.aggregate('wrong-rank', { top: topN(3, { by: (order) => order.price }) });

// @ts-expect-error an order can't be ranked
perMinute.aggregate('wrong-rank', { top: maxBy((order) => order) });

// @ts-expect-error what is collected needs a limit
collect((order: Order) => order.id, {});

// @ts-expect-error a target without a deviation says nothing of what is normal
cusum((order: Order) => order.amount, { target: 3 });

// @ts-expect-error of text there are no percentiles
perMinute.aggregate('wrong-type', { p95: percentile(0.95, (order) => order.id) });

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
