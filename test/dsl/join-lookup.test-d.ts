import { externalTable, pipeline, source, type ExternalTable, type KeyedStream, type Stream } from 'millrace';
import * as z from 'zod';
import { testDriver } from '../../lib/testing/index.ts';
import { Order } from '../support/orders.ts';

/** The same type, not only assignable both ways: the compiler compares the two functions without resolving T. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const Customer = z.object({ customerId: z.string(), since: z.string().transform((text) => new Date(text)) });
type Customer = z.infer<typeof Customer>;
const Price = z.object({ maker: z.string(), year: z.number(), price: z.number() });

declare const orders: Stream<Order>;
declare const customers: ExternalTable<string, Customer>;

// What follows from what

const dropping = orders.joinLookup('dropping', customers, {
  key: ({ id }) => id,
  onMiss: 'drop',
  select: (order, customer) => ({ amount: order.amount, since: customer.since }),
});
true satisfies Equal<typeof dropping, Stream<{ amount: number | null; since: Date }>>;

const keeping = orders.joinLookup('keeping', customers, {
  key: ({ id }) => id,
  onMiss: 'keep',
  select: (_, customer, { isStale }) => ({ customer, isStale }),
});
true satisfies Equal<typeof keeping, Stream<{ customer: Customer | undefined; isStale: boolean }>>;

const keyed = orders
  .keyBy(({ amount }) => amount ?? 0)
  .joinLookup('keyed', customers, {
    key: ({ id }) => id,
    onMiss: 'dead-letter',
    select: (_, { since }) => since,
  });
true satisfies Equal<typeof keyed, KeyedStream<number, Date>>;

const built = pipeline('built', {
  sources: { orders: source(Order, { timestamp: 'arrival' }) },
  tables: {
    customers: externalTable(Customer, { key: 'customerId' }),
    prices: externalTable(Price, { key: ['maker', 'year'] }),
    untyped: externalTable(z.object({ name: z.string() }), { key: 'pk' }),
  },
  build: ({ orders: stream }, tables) => {
    true satisfies Equal<typeof tables.customers, ExternalTable<string, Customer>>;
    true satisfies Equal<
      typeof tables.prices,
      ExternalTable<readonly [string, number], { maker: string; year: number; price: number }>
    >;
    true satisfies Equal<typeof tables.untyped, ExternalTable<string | number, { name: string }>>;
    return {
      out: stream
        .joinLookup('a', tables.customers, { key: ({ id }) => id, onMiss: 'drop', select: (order) => order })
        .joinLookup('b', tables.prices, {
          key: ({ id }) => [id, 1],
          onMiss: 'drop',
          select: (order) => order,
        })
        .joinLookup('c', tables.untyped, { key: () => 1, onMiss: 'drop', select: (_, { name }) => name }),
    };
  },
});

// A test gives rows as they are stored.
testDriver(built, {
  tables: {
    customers: new Map([['a', { customerId: 'a', since: '2026-01-01' }]]),
    prices: ([maker, year]) => ({ maker, year, price: 1 }),
  },
});

// What must not compile

orders.joinLookup('not-kept', customers, {
  key: ({ id }) => id,
  onMiss: 'keep',
  // @ts-expect-error the row may be missing
  select: (_, customer) => customer.since,
});

orders.joinLookup('wrong-key', customers, {
  // @ts-expect-error the key is text
  key: ({ amount }) => amount,
  onMiss: 'drop',
  select: (order) => order,
});

// @ts-expect-error what becomes of a miss has to be said
orders.joinLookup('no-miss', customers, { key: ({ id }) => id, select: (order) => order });

pipeline('no-such-table', {
  sources: { orders: source(Order, { timestamp: 'arrival' }) },
  // @ts-expect-error there is no such table
  build: ({ orders: stream }, { customers: none }) => ({ out: stream.filter(() => none !== undefined) }),
});

testDriver(built, {
  // @ts-expect-error a row lacks what the schema wants
  tables: { customers: new Map([['a', { customerId: 'a' }]]) },
});
