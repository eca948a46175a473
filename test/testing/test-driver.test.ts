import { describe, expect, test } from '@jest/globals';
import { count, pipeline, source, sum, tumbling } from 'millrace';
import { aggregated, testDriver } from 'millrace/testing';
import * as z from 'zod';
import { at } from '../support/orders.ts';

const Order = z.object({ customer: z.string(), region: z.string(), amount: z.number(), at: z.number() });
type Order = z.infer<typeof Order>;

const time = {
  timestamp: (each: Order) => each.at,
  outOfOrder: '10 seconds',
  idleAfter: '10 minutes',
} as const;

const revenue = pipeline('revenue', {
  sources: { orders: source(Order, time), returns: source(Order, time) },
  build: ({ orders, returns }) => {
    const signed = orders
      .map((each) => ({ ...each, sign: 1 }))
      .merge(returns.map((each) => ({ ...each, sign: -1 })));
    const perCustomer = signed
      .keyBy((each) => each.customer)
      .window(tumbling('1 minute'))
      .aggregate('per-customer', {
        changes: count(),
        net: sum((each) => each.sign * each.amount),
      });
    const customers = perCustomer
      .keyBy((row) => row.windowStart)
      .window(tumbling('1 minute'))
      .aggregate('customers', { customers: count(), net: sum((row) => row.net) });
    return { perCustomer, customers, late: perCustomer.late };
  },
});

const order = (customer: string, when: string, amount: number): Order => ({
  customer,
  region: 'north',
  amount,
  at: at(when),
});

const minute = { windowStart: at('12:00:00'), windowEnd: at('12:01:00') };

describe.each([1, 3])('a pipeline of several stages, each with %i shards,', (shards) => {
  test('brings what belongs to a key together, whatever source it is from', () => {
    const { sources, sinks, drain } = testDriver(revenue, { shards });

    sources.orders.sendAs('x', order('ann', '12:00:05', 10));
    sources.returns.sendAs('y', order('ann', '12:00:20', 4));
    sources.orders.sendAs('z', order('bob', '12:00:30', 7));
    drain();

    expect(sinks.perCustomer.rows()).toHaveLength(2);
    expect(sinks.perCustomer.rows()).toEqual(
      expect.arrayContaining([
        { key: 'ann', ...minute, changes: 2, net: 6 },
        { key: 'bob', ...minute, changes: 1, net: 7 },
      ]),
    );
    expect(sinks.customers.rows()).toEqual([{ key: minute.windowStart, ...minute, customers: 2, net: 13 }]);
  });

  test('is as far as the slowest of its sources', () => {
    const { sources, sinks, advanceTo } = testDriver(revenue, { shards });

    for (const key of ['x', 'y', 'z', 'u', 'v', 'w', 's', 't']) {
      sources.orders.sendAs(key, order('ann', '12:00:05', 1));
      sources.returns.sendAs(key, order('ann', '12:00:05', 1));
      sources.orders.sendAs(key, order('bob', '12:05:00', 1));
    }
    expect(sinks.perCustomer.take()).toEqual([]);

    advanceTo(minute.windowEnd);

    expect(sinks.perCustomer.take()).toEqual([{ key: 'ann', ...minute, changes: 16, net: 0 }]);
  });

  test('goes on after a crash as if nothing had been', () => {
    const { sources, sinks, crash, drain } = testDriver(revenue, { shards });

    sources.orders.sendAs('x', order('ann', '12:00:05', 10));
    crash();
    sources.returns.sendAs('y', order('ann', '12:00:20', 4));
    crash();
    drain();

    expect(sinks.perCustomer.take()).toEqual([{ key: 'ann', ...minute, changes: 2, net: 6 }]);
    expect(sinks.customers.take()).toEqual([{ key: minute.windowStart, ...minute, customers: 1, net: 6 }]);
  });
});

test('a record that nothing can take is handed out with its reason', () => {
  const driver = testDriver(revenue);

  driver.sources.orders.sendRaw('{');
  driver.sources.orders.send({ ...order('ann', '12:00:05', 10), amount: 'ten' } as never);

  expect(driver.takeDeadLetters()).toMatchObject([
    { operator: 'orders', reason: 'undecodable' },
    { operator: 'orders', reason: 'invalid', message: expect.stringContaining('amount') },
  ]);
});

test('a record without the partition key that its pipeline keys by is refused', () => {
  const counts = pipeline('counts', {
    sources: { orders: source(Order, time) },
    build: ({ orders }) => ({ counts: orders.byPartitionKey().aggregate('counts', { orders: count() }) }),
  });
  const { sources, sinks } = testDriver(counts);

  expect(() => sources.orders.send(order('ann', '12:00:05', 10))).toThrow(
    'source "orders" is keyed by partition key, and the record has none; give ' +
      'testDriver(…, { partitionKeys: { orders: (value) => … } }), or use sendAs',
  );
  expect(sinks.counts.rows()).toEqual([]);
});

describe('records packed into one', () => {
  const packed = aggregated(
    { partitionKey: 'ann', value: order('ann', '12:00:05', 10) },
    { partitionKey: 'bob', value: order('bob', '12:00:20', 4) },
    { partitionKey: 'ann', value: Uint8Array.of(1) },
  );

  test('are taken one by one', () => {
    const { sources, sinks, drain, takeDeadLetters } = testDriver(revenue);

    sources.orders.sendRaw(packed);
    drain();

    expect(sinks.perCustomer.rows()).toEqual([
      { key: 'ann', ...minute, changes: 1, net: 10 },
      { key: 'bob', ...minute, changes: 1, net: 4 },
    ]);
    expect(takeDeadLetters()).toMatchObject([{ operator: 'orders', reason: 'undecodable' }]);
  });

  test('are misplaced where they are in another shard than they belong to', () => {
    const { sources, sinks, drain, takeDeadLetters } = testDriver(revenue, { shards: 5 });

    sources.orders.sendRaw(packed, 'ann');
    drain();

    expect(sinks.perCustomer.rows()).toEqual([{ key: 'ann', ...minute, changes: 1, net: 10 }]);
    expect(takeDeadLetters().map(({ reason }) => reason)).toEqual(['misplaced', 'undecodable']);
  });
});

test('a record can be sent with a time ahead of its arrival', () => {
  const { sources, sinks } = testDriver(revenue);

  sources.orders.sendAt(at('12:00:00'), order('ann', '14:00:00', 10));

  expect(sinks.late.take()).toMatchObject([{ reason: 'ahead-of-arrival', value: { customer: 'ann' } }]);
});
