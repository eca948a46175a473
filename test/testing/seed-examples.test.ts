import { expect, test } from '@jest/globals';
import { avg, collect, countOf, pipeline, source, sum } from 'millrace';
import { testDriver } from 'millrace/testing';
import * as z from 'zod';

const Transaction = z.object({ account: z.string(), amount: z.number(), at: z.number() });

test('a running balance from 150', () => {
  const balances = pipeline('balances', {
    sources: { transactions: source(Transaction, { timestamp: ({ at }) => at }) },
    build: ({ transactions }) => ({
      balances: transactions
        .keyBy(({ account }) => account)
        .aggregate('balance', { change: sum(({ amount }) => amount) })
        .map(({ key, change }) => ({ account: key, balance: 150 + change })),
    }),
  });
  const { sources, sinks } = testDriver(balances);

  [100, -50, 200, -100].forEach((amount, at) => sources.transactions.send({ account: 'a', amount, at }));

  expect(sinks.balances.take().map(({ balance }) => balance)).toEqual([250, 200, 400, 300]);
  expect(sinks.balances.rows()).toEqual([{ account: 'a', balance: 300 }]);
});

const Reading = z.object({ machine: z.string(), celsius: z.number(), at: z.number() });
const Status = z.object({
  machine: z.string(),
  status: z.enum(['idle', 'running', 'stopped']),
  at: z.number(),
});

const select = (reading: z.infer<typeof Reading>, status: z.infer<typeof Status> | undefined): string =>
  `${reading.machine} ${reading.celsius} ${status?.status ?? 'unknown'}`;

test.each(['latest', 'as of the reading'])(
  'sensor readings with the status of their machine: %s',
  (which) => {
    const monitored = pipeline('monitored', {
      sources: {
        readings: source(Reading, { timestamp: ({ at }) => at }),
        statuses: source(Status, { timestamp: ({ at }) => at }),
      },
      build: ({ readings, statuses }) => {
        const keyed = readings.keyBy(({ machine }) => machine);
        const table = statuses.keyBy(({ machine }) => machine).asTable();
        return {
          monitored:
            which === 'latest'
              ? keyed.joinLatest('with-status', table, { kind: 'left', select })
              : keyed.joinAsOf('with-status', table, { kind: 'left', history: '1 hour', select }),
        };
      },
    });
    const { sources, sinks } = testDriver(monitored);

    sources.readings.send({ machine: 'press', celsius: 20, at: 1 });
    sources.statuses.send({ machine: 'press', status: 'running', at: 2 });
    sources.readings.send({ machine: 'press', celsius: 60, at: 3 });
    sources.readings.send({ machine: 'saw', celsius: 22, at: 4 });
    sources.statuses.send({ machine: 'press', status: 'stopped', at: 5 });
    sources.readings.send({ machine: 'press', celsius: 50, at: 6 });

    expect(sinks.monitored.take()).toEqual([
      'press 20 unknown',
      'press 60 running',
      'saw 22 unknown',
      'press 50 stopped',
    ]);
  },
);

const Price = z.object({ symbol: z.string(), price: z.number(), at: z.number() });

test('the mean of nine prices by three', () => {
  const means = pipeline('means', {
    sources: { prices: source(Price, { timestamp: ({ at }) => at }) },
    build: ({ prices }) => ({
      means: prices
        .keyBy(({ symbol }) => symbol)
        .window(countOf(3))
        .aggregate('mean', {
          prices: collect(({ price }) => price, { limit: 3 }),
          mean: avg(({ price }) => price),
        }),
    }),
  });
  const { sources, sinks } = testDriver(means);

  [10, 12, 11, 13, 14, 15, 16, 17, 19].forEach((price, at) =>
    sources.prices.send({ symbol: 'x', price, at }),
  );

  expect(sinks.means.take()).toMatchObject([
    { prices: [10, 12, 11], mean: 11 },
    { prices: [13, 14, 15], mean: 14 },
    { prices: [16, 17, 19], mean: 52 / 3 },
  ]);
});
