import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  approxCountDistinct,
  avg,
  count,
  cumulate,
  hopping,
  max,
  min,
  percentile,
  percentiles,
  pipeline,
  reduce,
  source,
  sum,
  sumBigInt,
  tumbling,
  type Pipeline,
  type WindowSpec,
} from 'millrace';
import { testDriver } from 'millrace/testing';
import * as z from 'zod';
import { at } from '../support/orders.ts';
import { holds } from '../support/properties.ts';

const START = at('11:00:00');

const Sale = z.object({ shop: z.string(), amount: z.number(), at: z.number() });
type Sale = z.infer<typeof Sale>;

const sales = source(Sale, {
  timestamp: (sale) => sale.at,
  outOfOrder: '20 seconds',
  maxSkew: '1 hour',
  // Longer than either source is ever silent, but not than a series lasts.
  idleAfter: '16 minutes',
});

const aggregates = {
  sales: count<Sale>(),
  big: count<Sale>(({ amount }) => (amount > 50 ? amount : undefined)),
  total: sum(({ amount }: Sale) => amount),
  cents: sumBigInt(({ amount }: Sale) => Math.floor(amount * 100)),
  mean: avg(({ amount }: Sale) => amount),
  least: min(({ amount }: Sale) => amount),
  most: max(({ amount }: Sale) => amount),
  amounts: approxCountDistinct(({ amount }: Sale) => amount),
  p90: percentile(0.9, ({ amount }: Sale) => amount),
  shares: percentiles({ low: 0.1, high: 0.99 }, ({ amount }: Sale) => amount),
  seconds: reduce<Sale, number>({
    init: () => 0,
    add: (seconds, { at: time }) => seconds + Math.floor(time / 1000),
    merge: (seconds, other) => seconds + other,
    isCommutative: true,
  }),
};

function salesPerShop(
  combine: 'auto' | 'off',
  window: WindowSpec,
  grace = 0,
): Pipeline<{ here: Sale; there: Sale }, { perShop: unknown; perWindow: unknown }> {
  return pipeline('sales', {
    combine,
    sources: { here: sales, there: sales },
    build: ({ here, there }) => {
      const perShop = here
        .merge(there)
        .keyBy((sale) => sale.shop)
        .window(window as ReturnType<typeof tumbling>, { grace })
        .aggregate('per-shop', aggregates);
      const perWindow = perShop
        .keyBy((row) => row.windowStart)
        .window(tumbling('1 hour'))
        .aggregate('per-window', { shops: count(), total: sum((row) => row.total) });
      return { perShop, perWindow };
    },
  });
}

type Step =
  | {
      readonly kind: 'sale';
      readonly source: 'here' | 'there';
      readonly producer: string;
      readonly sale: Sale;
    }
  | { readonly kind: 'crash' };

/** Sales of few shops from two sources, some out of order by less or more than is allowed, and crashes in between. */
const series: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.record({
      isCrash: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      source: fc.constantFrom('here' as const, 'there' as const),
      producer: fc.constantFrom('a', 'b', 'c'),
      shop: fc.constantFrom('hot', 'hot', 'hot', 'cold', ''),
      after: fc.integer({ min: 0, max: 15_000 }),
      late: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constantFrom(0, 90_000)),
      amount: fc.oneof(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.integer({ min: 0, max: 99 })),
    }),
    { maxLength: 60 },
  )
  .map((all) => {
    let now = START;
    return all.map(({ isCrash, source: from, producer, shop, after, late, amount }): Step => {
      now += after;
      if (isCrash) return { kind: 'crash' };
      const sale = { shop, amount: amount === 0 ? 0 : amount, at: now - late };
      return { kind: 'sale', source: from, producer, sale };
    });
  });

interface Outcome {
  readonly rows: readonly string[];
  readonly late: readonly string[];
}

const written = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));

function outcomeOf(code: ReturnType<typeof salesPerShop>, steps: readonly Step[], shards: number): Outcome {
  const driver = testDriver(code, { shards });
  for (const step of steps) {
    if (step.kind === 'crash') driver.crash();
    else {
      const { here, there } = driver.sources;
      (step.source === 'here' ? here : there).sendAs(step.producer, step.sale);
    }
  }
  driver.drain();
  return {
    rows: [...driver.sinks.perShop.take(), ...driver.sinks.perWindow.take()].map(written).toSorted(),
    late: driver.takeDeadLetters().map(written).toSorted(),
  };
}

const windows: readonly (readonly [string, WindowSpec, grace: number])[] = [
  ['tumbling', tumbling('1 minute'), 0],
  ['tumbling with grace and offset', tumbling('1 minute', { offset: '10 seconds' }), 15_000],
  ['hopping', hopping('1 minute', { every: '20 seconds' }), 0],
  [
    'hopping with panes of their greatest common divisor',
    hopping('50 seconds', { every: '20 seconds' }),
    5_000,
  ],
  ['cumulate', cumulate({ step: '30 seconds', max: '5 minutes' }), 0],
];

describe('results are the same whether events are combined before they are sent or not:', () => {
  test.each(windows)('%s', (_, window, grace) => {
    holds(
      fc.property(series, fc.integer({ min: 1, max: 3 }), (steps, shards) => {
        const combined = outcomeOf(salesPerShop('auto', window, grace), steps, shards);

        expect(combined).toEqual(outcomeOf(salesPerShop('off', window, grace), steps, shards));
      }),
    );
  });
});
