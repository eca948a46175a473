import { describe, expect, test } from '@jest/globals';
import { pipeline, source, type KeyedStream, type Stream } from 'millrace';
import { testDriver, type TestDeadLetter } from 'millrace/testing';
import { Order } from '../support/orders.ts';

type Build = (
  orders: Stream<Order>,
  keyed: KeyedStream<string, Order>,
) => Stream<unknown> | KeyedStream<string, unknown>;

const REFUSED =
  'the function answered with a promise, and functions of a pipeline can not be async; look up tables with joinLookup, ' +
  'and call services from what reads the results';

function resultsOf(build: Build): {
  readonly out: readonly unknown[];
  readonly dead: readonly TestDeadLetter[];
} {
  const driver = testDriver(
    pipeline('orders', {
      sources: { orders: source(Order, { timestamp: (each) => each.at }) },
      build: ({ orders }) => ({
        out: build(
          orders,
          orders.keyBy((each) => each.id),
        ),
      }),
    }),
  );
  driver.sources.orders.send({ id: 'o1', amount: 1, at: 0 });
  driver.drain();
  return { out: driver.sinks.out.take(), dead: driver.takeDeadLetters() };
}

describe('an answer nobody waits for', () => {
  test.each<[string, string, Build]>([
    ['map', 'orders.map', (orders) => orders.map(async (each) => each)],
    ['map, rejected', 'orders.map', (orders) => orders.map(async () => Promise.reject(new Error('no idea')))],
    ['filter', 'orders.filter', (orders) => orders.filter((async () => true) as unknown as () => boolean)],
    ['flatMap', 'orders.flat-map', (orders) => orders.flatMap((each) => [Promise.resolve(each)])],
    [
      'the select of a join',
      'pairs',
      (_, keyed) =>
        keyed.joinWithin('pairs', keyed, {
          kind: 'inner',
          before: 0,
          after: 0,
          select: async (each) => each,
        }),
    ],
    ['process', 'step', (_, keyed) => keyed.process('step', { onEvent: (each) => [Promise.resolve(each)] })],
    [
      'the select of a pattern',
      'pattern',
      (_, keyed) =>
        keyed.match(
          'pattern',
          (start) => start.begin('first', () => true).within(1),
          async ({ first }) => first,
        ),
    ],
  ])('of %s goes to the dead letters and not on', (_, operator, build) => {
    const { out, dead } = resultsOf(build);

    expect(out).toEqual([]);
    expect(dead).toMatchObject([{ operator, reason: 'failed', message: REFUSED }]);
  });
});

test('what a filter answers counts as it does in a condition', () => {
  const isNamed = ((each: Order) => each.id) as unknown as (each: Order) => boolean;

  const { out } = resultsOf((orders) => orders.filter(isNamed));

  expect(out).toEqual([{ id: 'o1', amount: 1, at: 0 }]);
});
