import { describe, expect, test } from '@jest/globals';
import {
  count,
  DefinitionError,
  externalTable,
  pipeline,
  source,
  tumbling,
  type ExternalTable,
  type ExternalTableOptions,
  type Stream,
} from 'millrace';
import type { Flow } from '../../lib/dsl/index.ts';
import { planOf } from '../../lib/plan/index.ts';
import { Customer } from '../support/looked-up-orders.ts';
import { Order } from '../support/orders.ts';

const customers = externalTable(Customer, { key: 'customerId' });
type Customers = ExternalTable<string, { customerId: string; region: string }>;

const build = (of: (orders: Stream<Order>, customers: Customers) => Flow<unknown>) =>
  pipeline('orders', {
    sources: { orders: source(Order, { timestamp: 'arrival' }) },
    tables: { customers },
    build: ({ orders }, tables) => ({ out: of(orders, tables.customers) }),
  });

const options = {
  key: ({ id }: { readonly id: string }) => id,
  onMiss: 'drop',
  select: (order: Order) => order,
} as const;

describe('what makes no sense is refused with a sentence', () => {
  test.each<[string, () => unknown, string]>([
    [
      'a lookup behind a window',
      () =>
        build((orders, table) =>
          orders
            .byPartitionKey()
            .window(tumbling('1 minute'))
            .aggregate('per-minute', { orders: count() })
            .map(({ key }) => ({ id: key }))
            .joinLookup('region', table, { ...options, select: ({ id }) => id }),
        ),
      'lookup "region" of pipeline "orders" comes after "per-minute", which keeps state: what it would ask for is not known ' +
        'before a batch is applied; look up before it, or join the results with the table in a pipeline of their own',
    ],
    [
      'a lookup in a table of another pipeline',
      () => {
        let other: Customers | undefined;
        build((orders, table) => orders.joinLookup('region', (other = table), options));
        build((orders, table) => orders.joinLookup('region', other ?? table, options));
      },
      'lookup "region" of pipeline "orders" asks table "customers" of another pipeline; use the tables given to its own build',
    ],
    [
      'a table nobody asks',
      () => build((orders) => orders),
      'table "customers" of pipeline "orders" is in no join that leads to an output; use it in build or remove it',
    ],
    [
      'two lookups of one name',
      () =>
        build((orders, table) =>
          orders.joinLookup('region', table, options).joinLookup('region', table, options),
        ),
      'pipeline "orders" has two operators with the id "region"',
    ],
    [
      'a table without a schema',
      () => externalTable(undefined as never, { key: 'id' }),
      'external table was given "undefined" as its schema; give a Standard Schema, for example z.object({ … })',
    ],
    ...(
      [
        [{ key: '' }, 'key of an external table is ""; name the attribute of its partition key'],
        [{ key: ['a', 'b', 'c'] as never }, 'key of an external table is "a,b,c"; name the attribute'],
        [{ key: 'id', ttl: 0 }, 'ttl of an external table is 0 ms; it must be longer than 0 ms'],
        [{ key: 'id', missTtl: 0 }, 'missTtl of an external table is 0 ms'],
        [{ key: 'id', readTimeout: 0 }, 'readTimeout of an external table is 0 ms'],
        [{ key: 'id', batchTimeout: 0 }, 'batchTimeout of an external table is 0 ms'],
        [
          { key: 'id', maxEntries: 0 },
          'maxEntries of an external table is "0"; give a whole number of 1 or more',
        ],
        [
          { key: 'id', maxConcurrency: 1.5 },
          'maxConcurrency of an external table is "1.5"; give a whole number',
        ],
      ] satisfies [ExternalTableOptions<string>, string][]
    ).map(([given, message]): [string, () => unknown, string] => [
      JSON.stringify(given),
      () => externalTable(Customer, given),
      message,
    ]),
  ])('%s', (_, define, message) => {
    expect(define).toThrow(DefinitionError);
    expect(define).toThrow(message);
  });
});

test('a lookup keeps no state, and runs where its events are', () => {
  const plan = planOf(build((orders, table) => orders.joinLookup('region', table, options)));

  expect(plan.stages).toMatchObject([
    {
      id: 'orders',
      operators: [],
      lookups: [
        {
          id: 'region',
          table: 'customers',
          key: ['customerId'],
          onMiss: 'drop',
          onUnknown: 'retry',
          ttlMs: 60_000,
          missTtlMs: 10_000,
          maxEntries: 10_000,
        },
      ],
    },
  ]);
});
