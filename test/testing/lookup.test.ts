import { describe, expect, test } from '@jest/globals';
import { externalTable, pipeline, source } from 'millrace';
import * as z from 'zod';
import { testDriver } from '../../lib/testing/index.ts';
import { purchases } from '../support/looked-up-orders.ts';

const known = new Map([['ann', { customerId: 'ann', region: 'north' }]]);
const purchase = (id: string, customer: string) => ({ id, customer, amount: 5, at: 1 });

describe('a key that is not in the table', () => {
  test('is kept without a row', () => {
    const driver = testDriver(purchases({ onMiss: 'keep' }), { tables: { customers: known } });

    driver.sources.purchases.send(purchase('p1', 'ann'), purchase('p2', 'bob'));

    expect(driver.sinks.placed.take()).toEqual([
      { id: 'p1', amount: 5, region: 'north' },
      { id: 'p2', amount: 5, region: 'unknown' },
    ]);
  });

  test('is dropped', () => {
    const driver = testDriver(purchases({ onMiss: 'drop' }), { tables: { customers: known } });

    driver.sources.purchases.send(purchase('p1', 'bob'), purchase('p2', 'ann'));

    expect(driver.sinks.placed.take()).toEqual([{ id: 'p2', amount: 5, region: 'north' }]);
    expect(driver.takeDeadLetters()).toEqual([]);
  });

  test('goes to the dead letters', () => {
    const driver = testDriver(purchases({ onMiss: 'dead-letter' }), { tables: { customers: known } });

    driver.sources.purchases.send(purchase('p1', 'bob'));

    expect(driver.sinks.placed.take()).toEqual([]);
    expect(driver.takeDeadLetters()).toEqual([
      {
        operator: 'region',
        reason: 'not-found',
        message: 'table "customers" has no row "bob"',
        value: purchase('p1', 'bob'),
      },
    ]);
  });
});

const broken = (): never => {
  throw new Error('broken');
};

describe('where the table gives no answer', () => {
  test('the record comes again, and nothing of it was applied', () => {
    let isBroken = true;
    const customers = (key: string) => (isBroken ? broken() : known.get(key));
    const driver = testDriver(purchases(), { tables: { customers } });

    expect(() => driver.sources.purchases.send(purchase('p1', 'ann'))).toThrow(
      'lookup "region" got no answer for "ann" from table "customers" in time: failed; the batch is delivered again',
    );
    isBroken = false;
    driver.sources.purchases.send(purchase('p1', 'ann'));
    driver.drain();

    expect(driver.sinks.placed.take()).toEqual([{ id: 'p1', amount: 5, region: 'north' }]);
    expect(driver.sinks.perRegion.take()).toMatchObject([{ key: 'north', purchases: 1 }]);
  });

  test('the event goes to the dead letters', () => {
    const driver = testDriver(purchases({ onUnknown: 'dead-letter' }), { tables: { customers: broken } });

    driver.sources.purchases.send(purchase('p1', 'ann'));

    expect(driver.takeDeadLetters()).toMatchObject([
      {
        operator: 'region',
        reason: 'unanswered',
        message: 'table "customers" gave no answer for "ann": failed',
      },
    ]);
  });
});

test('an event that meets a row which fails its schema goes to the dead letters', () => {
  const rows = { ann: { customerId: 'ann', region: 7 } } as unknown as Record<
    string,
    { customerId: string; region: string }
  >;
  const driver = testDriver(purchases(), { tables: { customers: (key) => rows[key] } });

  driver.sources.purchases.send(purchase('p1', 'ann'));

  expect(driver.sinks.placed.take()).toEqual([]);
  expect(driver.takeDeadLetters()).toMatchObject([
    {
      operator: 'region',
      reason: 'failed',
      message: expect.stringContaining('row "ann" of table "customers" fails its schema: region'),
    },
  ]);
});

test('a table that the test does not give is named', () => {
  const driver = testDriver(purchases());

  expect(() => driver.sources.purchases.send(purchase('p1', 'ann'))).toThrow(
    'the pipeline looks up table "customers", which the test has not; give it, for example tables: { customers: new Map() }',
  );
});

test('a lookup goes by what another has found, by keys of two parts, and leaves each value as it was', () => {
  const Item = z.object({ sku: z.string(), n: z.number() });
  const chained = pipeline('chained', {
    sources: { items: source(Item, { timestamp: 'arrival' }) },
    tables: {
      products: externalTable(z.object({ sku: z.string(), maker: z.string() }), { key: 'sku' }),
      prices: externalTable(z.object({ maker: z.string(), n: z.number(), price: z.number() }), {
        key: ['maker', 'n'],
      }),
    },
    build: ({ items }, { products, prices }) => ({
      priced: items
        .map((item) => {
          item.n += 1;
          return item;
        })
        .joinLookup('product', products, {
          key: ({ sku }) => sku,
          onMiss: 'drop',
          select: (item, product) => ({ ...item, maker: product.maker }),
        })
        .joinLookup('price', prices, {
          key: ({ maker, n }) => [maker, n] as const,
          onMiss: 'drop',
          select: (item, { price }) => ({ ...item, price }),
        }),
    }),
  });
  const driver = testDriver(chained, {
    tables: {
      products: new Map([['s', { sku: 's', maker: 'm' }]]),
      prices: new Map([[['m', 2] as const, { maker: 'm', n: 2, price: 9 }]]),
    },
  });

  driver.sources.items.send({ sku: 's', n: 1 });

  expect(driver.sinks.priced.take()).toEqual([{ sku: 's', n: 2, maker: 'm', price: 9 }]);
});
