import { describe, expect, test } from '@jest/globals';
import {
  count,
  DefinitionError,
  pipeline,
  source,
  tumbling,
  type DurationInput,
  type KeyedStream,
  type Stream,
} from 'millrace';
import { planOf } from '../../lib/plan/index.ts';
import { Order } from '../support/orders.ts';

type Outputs = Readonly<Record<string, Stream<unknown> | KeyedStream<string, unknown>>>;

const arriving = source(Order, { timestamp: 'arrival' });

/** A pipeline over one source `orders`. */
function build(outputs: (orders: Stream<Order>) => Outputs, name = 'orders'): unknown {
  return pipeline(name, { sources: { orders: arriving }, build: ({ orders }) => outputs(orders) });
}

function perMinute(
  orders: Stream<Order>,
  id: string,
  size: DurationInput = '1 minute',
): KeyedStream<string, unknown> {
  return orders.byPartitionKey().window(tumbling(size)).aggregate(id, { orders: count() });
}

test('a pipeline is its sources, its outputs by name, and what it does with errors', () => {
  const { name, onError, sources, sinks } = pipeline('orders', {
    sources: { orders: arriving },
    build: ({ orders }) => ({ all: orders, ids: orders.map(({ id }) => id) }),
  });

  expect({ name, onError }).toEqual({ name: 'orders', onError: 'quarantine' });
  expect(sources).toEqual({ orders: { kind: 'source', name: 'orders', spec: arriving } });
  expect(sinks).toMatchObject({ all: { kind: 'source' }, ids: { kind: 'map', input: sources.orders } });
});

test('streams are values: two steps on one stream leave it as it was', () => {
  const { sinks } = pipeline('orders', {
    sources: { orders: arriving },
    build: ({ orders }) => ({
      ids: orders.map(({ id }) => id),
      amounts: orders.map(({ amount }) => amount),
      orders,
    }),
  });

  expect(sinks.ids).toMatchObject({ kind: 'map', input: sinks.orders });
  expect(sinks.amounts).toMatchObject({ kind: 'map', input: sinks.orders });
  expect(Object.values(sinks).every(Object.isFrozen)).toBe(true);
});

test('one operator may feed two outputs', () => {
  const { sinks } = pipeline('orders', {
    sources: { orders: arriving },
    build: ({ orders }) => {
      const rows = perMinute(orders, 'per-minute');
      return { rows, busy: rows.filter(() => true) };
    },
  });

  expect(sinks.busy).toMatchObject({ kind: 'filter', input: sinks.rows });
});

describe('a definition that makes no sense is refused:', () => {
  test.each<[string, () => unknown, string]>([
    [
      'two operators with one id',
      () => build((orders) => ({ a: perMinute(orders, 'same'), b: perMinute(orders, 'same', '1 hour') })),
      'pipeline "orders" has two operators with the id "same"; an id ties state to one operator, give each its own',
    ],
    [
      'a window without length',
      () => build((orders) => ({ rows: perMinute(orders, 'rows', 0) })),
      "size of a tumbling window is 0 ms; it must be longer than 0 ms, for example '1 minute'",
    ],
    [
      'a window of negative length',
      () => build((orders) => ({ rows: perMinute(orders, 'rows', '-5 minutes') })),
      "size of a tumbling window is -300000 ms; it must be longer than 0 ms, for example '1 minute'",
    ],
    [
      'negative grace',
      () =>
        build((orders) => ({
          rows: orders
            .byPartitionKey()
            .window(tumbling(1), { grace: -1 })
            .aggregate('rows', { orders: count() }),
        })),
      "grace of a window is -1 ms; it must be 0 ms or longer, for example '10 seconds'",
    ],
    [
      'negative disorder',
      () => source(Order, { timestamp: 'arrival', outOfOrder: '-1 second' }),
      "outOfOrder of a source is -1000 ms; it must be 0 ms or longer, for example '10 seconds'",
    ],
    [
      'a schema that is none',
      () => source({} as typeof Order, { timestamp: 'arrival' }),
      'source was given "object" as its schema; give a Standard Schema, for example z.object({ … })',
    ],
    [
      'a timestamp that is none',
      () => source(Order, { timestamp: 'at' as 'arrival' }),
      `timestamp of a source is "at"; give 'arrival' or a function such as (order) => order.placedAt`,
    ],
    [
      'a pipeline name with capitals',
      () => build((orders) => ({ orders }), 'Orders'),
      `pipeline is called "Orders"; allowed are up to 48 lower-case letters, digits and '-', for example 'orders-per-minute'`,
    ],
    [
      'an operator id with a space',
      () => build((orders) => ({ rows: perMinute(orders, 'per minute') })),
      `operator is called "per minute"; allowed are up to 48 lower-case letters, digits and '-', for example 'per-minute'`,
    ],
    [
      'an output name with a dash',
      () => build((orders) => ({ 'per-minute': orders })),
      `output is called "per-minute"; allowed are up to 48 letters and digits, for example 'perMinute'`,
    ],
    [
      'a source name that begins with a digit',
      () => pipeline('orders', { sources: { '1st': arriving }, build: (streams) => streams }),
      `source is called "1st"; allowed are up to 48 letters and digits, for example 'orders'`,
    ],
    [
      'a source nothing uses',
      () =>
        pipeline('orders', {
          sources: { orders: arriving, clicks: arriving },
          build: ({ orders }) => ({ orders }),
        }),
      'source "clicks" of pipeline "orders" leads to no output; use it in build or remove it',
    ],
    [
      'no outputs',
      () => build(() => ({})),
      'pipeline "orders" has no outputs; return at least one stream from build',
    ],
    [
      'an output that is no stream',
      () => build(() => ({ rows: 5 as unknown as Stream<unknown> })),
      'output "rows" of pipeline "orders" is "5"; return streams, for example',
    ],
    [
      'a window that was not aggregated as an output',
      () =>
        build((orders) => ({
          rows: orders.byPartitionKey().window(tumbling('1 minute')) as unknown as Stream<unknown>,
        })),
      'output "rows" of pipeline "orders" is "WindowedStream"; return streams, for example',
    ],
    [
      'a window without an aggregate',
      () =>
        build((orders) => ({
          rows: orders.byPartitionKey().window(tumbling('1 minute')).aggregate('rows', {}),
        })),
      'window "rows" has no aggregate; give at least one, under a name of letters, digits',
    ],
    [
      'an output that is a bare object',
      () => build(() => ({ rows: Object.create(null) as Stream<unknown> })),
      'output "rows" of pipeline "orders" is "Object"; return streams, for example',
    ],
  ])('%s', (_, define, message) => {
    expect(define).toThrow(DefinitionError);
    expect(define).toThrow(message);
  });

  test.each(['key', 'windowStart', 'windowEnd', 'pk', 'sk', '@version', '__proto__x'])(
    'an aggregate called %s',
    (name) => {
      const aggregates: Record<string, ReturnType<typeof count<Order>>> = { [name]: count() };
      const define = () =>
        build((orders) => ({
          rows: orders
            .byPartitionKey()
            .window(tumbling('1 minute'))
            .aggregate('rows', aggregates as never),
        }));

      expect(define).toThrow(
        new DefinitionError(
          `window "rows" has an aggregate called "${name}"; give at least one, under a name of letters, digits and '_' other than key, windowStart, ` +
            'windowEnd, isFinal, pk, sk, for example { orders: count() }',
        ),
      );
    },
  );

  test('a stream of another pipeline', () => {
    let other: Stream<Order> | undefined;
    build((orders) => ({ orders: (other = orders) }));

    const define = () => build((orders) => ({ orders, stray: other ?? orders }), 'second');

    expect(define).toThrow(
      new DefinitionError(
        'pipeline "second" uses source "orders" of another pipeline; use the streams given to its own build',
      ),
    );
  });
});

test('aggregates can not be changed after the window is defined', () => {
  const aggregates: Record<string, ReturnType<typeof count<Order>>> = { orders: count() };
  const defined = pipeline('orders', {
    sources: { orders: arriving },
    build: ({ orders }) => ({
      rows: orders
        .byPartitionKey()
        .window(tumbling('1 minute'))
        .aggregate('rows', aggregates as never),
    }),
  });

  aggregates['more'] = count();

  expect(planOf(defined).stages[0]?.operators).toMatchObject([
    { shape: 'tumbling 1 minute { orders: count }' },
  ]);
});
