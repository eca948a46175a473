import { describe, expect, test } from '@jest/globals';
import { output, pipeline, source, timer, valueState } from 'millrace';
import { testDriver } from 'millrace/testing';
import * as z from 'zod';

const Order = z.object({ id: z.string(), amount: z.number(), at: z.number() });
const Payment = z.object({ id: z.string(), cents: z.number(), at: z.number() });
const Limit = z.object({ name: z.string(), above: z.number(), at: z.number() });

const time = { timestamp: ({ at }: { at: number }) => at, outOfOrder: 5, idleAfter: '1 day' } as const;

const shop = pipeline('shop', {
  sources: {
    orders: source(Order, time),
    payments: source(Payment, time),
    limits: source(Limit, time),
  },
  build: ({ orders, payments, limits }) => {
    const byId = orders.keyBy(({ id }) => id);
    const paid = byId.joinWithin(
      'paid',
      payments.keyBy(({ id }) => id),
      {
        kind: 'left',
        before: 0,
        after: 100,
        select: (order, payment) => ({ id: order.id, paid: payment?.cents ?? 0 }),
      },
    );
    const large = byId.joinRules(
      'large',
      limits.keyBy(({ name }) => name),
      {
        maxRules: 10,
        *select(order, rules) {
          for (const [name, { above }] of rules) if (order.amount > above) yield `${name}: ${order.id}`;
        },
      },
    );
    const watched = byId.process('watched', {
      state: { seen: valueState(0) },
      timers: { silent: timer() },
      outputs: { repeated: output<string>() },
      *onEvent(order, { state, timers, emit, key }) {
        state.seen.set(state.seen.get() + 1);
        if (state.seen.get() > 1) emit('repeated', key);
        timers.silent.at(order.at + 50);
        yield `seen ${key} ${state.seen.get()}`;
      },
      *onTimer(_fired, { key }) {
        yield `silent ${key}`;
      },
    });
    return {
      paid,
      large,
      watched,
      repeated: watched.outputs.repeated,
      first: byId.dedupe('first', { by: ({ id }) => id, within: 1_000 }),
    };
  },
});

describe.each([1, 2])('two streams that meet, in %i shards each,', (shards) => {
  const filled = () => {
    const driver = testDriver(shop, { shards });
    driver.sources.limits.sendAs('x', { name: 'large', above: 50, at: 0 });
    driver.sources.orders.sendAs('y', { id: 'a', amount: 99, at: 10 });
    driver.crash();
    driver.sources.payments.sendAs('z', { id: 'a', cents: 9_900, at: 30 });
    driver.sources.orders.sendAs('u', { id: 'b', amount: 7, at: 20 });
    driver.sources.orders.sendAs('y', { id: 'a', amount: 99, at: 15 });
    driver.drain();
    return driver;
  };

  test('pair what belongs together, and what stays alone comes once', () => {
    const { sinks } = filled();

    expect(sinks.paid.take().toSorted(byText)).toEqual([
      { id: 'a', paid: 9_900 },
      { id: 'a', paid: 9_900 },
      { id: 'b', paid: 0 },
    ]);
  });

  test('have rules on every task, first things once, and timers that fire', () => {
    const { sinks } = filled();

    expect(sinks.large.take()).toEqual(['large: a', 'large: a']);
    expect(sinks.first.take().map(({ id }) => id)).toEqual(['a', 'b']);
    expect([...sinks.watched.take()].toSorted()).toEqual([
      'seen a 1',
      'seen a 2',
      'seen b 1',
      'silent a',
      'silent b',
    ]);
    expect(sinks.repeated.take()).toEqual(['a']);
  });
});

function byText(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
