import { describe, expect, test } from '@jest/globals';
import { testDriver } from 'millrace/testing';
import { readdirSync, readFileSync } from 'node:fs';
import { carts } from './carts.ts';
import { fraud } from './fraud.ts';
import { revenue } from './revenue.ts';
import { sessions } from './sessions.ts';

const HERE = new URL('.', import.meta.url);

/** Without indentation: a snippet stands further left than the test it is taken from. */
function linesOf(code: string): string {
  return code
    .split('\n')
    .map((line) => line.trim())
    .join('\n');
}

test('what the guide shows is compiled and run here', () => {
  const guide = readFileSync(new URL('../../docs/guide.md', HERE), 'utf8');
  const snippets = [...guide.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
  const here = readdirSync(HERE).map((file) => linesOf(readFileSync(new URL(file, HERE), 'utf8')));

  const others = snippets.filter((snippet) => !here.some((code) => code.includes(linesOf(snippet))));

  expect(snippets.length).toBeGreaterThan(0);
  expect(others).toEqual([]);
});

const minute = (n: number): number => Date.UTC(2026, 0, 1, 12, n);

describe('the guide', () => {
  test('has alerts for many payments in a minute, and for probes', () => {
    const { sources, sinks, advanceTo } = testDriver(fraud);
    const pay = (card: string, amount: number, time: string): void =>
      sources.payments.send({ card, amount, at: `2026-01-01T${time}Z` });

    for (const time of ['12:00:00', '12:00:20', '12:00:40', '12:01:00']) pay('ann', 20, time);
    pay('bob', 1, '12:01:10');
    pay('bob', 2, '12:01:20');
    pay('bob', 900, '12:04:00');
    advanceTo('2026-01-01T12:10:00Z');
    pay('ann', 20, '12:00:30');

    expect(sinks.alerts.take()).toEqual([
      { rule: 'too-many', card: 'ann', times: 4, total: 80 },
      { rule: 'probe', card: 'bob', amount: 900 },
    ]);
    expect(sinks.late.take()).toMatchObject([{ value: { card: 'ann' }, reason: 'behind-watermark' }]);
  });

  test('has visits with the plan a customer had at their end', () => {
    const { sources, sinks, advanceTo, takeDeadLetters } = testDriver(sessions);

    sources.customers.send({ id: 'ann', plan: 'free', changedAt: minute(0) });
    for (const [page, n] of [
      ['/', 1],
      ['/shop', 20],
      ['/pay', 10],
    ] as const) {
      sources.clicks.send({ user: 'ann', page, at: minute(n) });
    }
    sources.customers.send({ id: 'ann', plan: 'pro', changedAt: minute(30) });
    advanceTo(minute(120));
    sources.clicks.send({ user: 'ann', page: '/', at: minute(2) });

    expect(sinks.visits.take()).toEqual([
      {
        key: 'ann',
        windowStart: minute(1),
        windowEnd: minute(50),
        clicks: 3,
        entry: '/',
        exit: '/shop',
        plan: 'pro',
      },
    ]);
    expect(sinks.late.take()).toHaveLength(1);
    expect(takeDeadLetters()).toEqual([]);
  });

  test('has the revenue of each minute, and its best products', () => {
    const { sources, sinks, drain } = testDriver(revenue);

    for (const [id, product, cents] of [
      ['o1', 'pen', 200],
      ['o2', 'ink', 900],
      ['o3', 'pen', 300],
    ] as const) {
      const before = { id, product, cents, status: 'placed' } as const;
      sources.orders.send({ kind: 'insert', before: undefined, after: before });
      sources.orders.send({ kind: 'modify', before, after: { ...before, status: 'paid' } });
    }
    drain();

    expect(sinks.perMinute.rows()).toMatchObject([
      {
        key: 'all',
        cents: 1400,
        best: [
          { product: 'ink', cents: 900 },
          { product: 'pen', cents: 500 },
        ],
      },
    ]);
  });

  test('has carts that nobody has touched for half an hour', () => {
    const { sources, sinks, advanceTo } = testDriver(carts);

    sources.events.send(
      { cart: 'c1', kind: 'added', at: minute(0) },
      { cart: 'c2', kind: 'added', at: minute(1) },
      { cart: 'c1', kind: 'added', at: minute(20) },
      { cart: 'c2', kind: 'bought', at: minute(25) },
    );
    advanceTo(minute(51));

    expect(sinks.abandoned.take()).toEqual([{ cart: 'c1', items: 2 }]);
  });
});
