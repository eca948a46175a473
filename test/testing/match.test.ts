import { expect, test } from '@jest/globals';
import { pipeline, source } from 'millrace';
import { testDriver } from 'millrace/testing';
import * as z from 'zod';

const Use = z.object({ card: z.string(), shop: z.string(), amount: z.number(), at: z.number() });

const fraud = pipeline('fraud', {
  sources: { uses: source(Use, { timestamp: ({ at }) => at, outOfOrder: '10 seconds' }) },
  build: ({ uses }) => {
    const alerts = uses
      .keyBy(({ card }) => card)
      .match(
        'probe-then-spend',
        (pattern) =>
          pattern
            .begin('probe', ({ amount }) => amount < 1)
            .followedByMany('more', ({ amount }) => amount < 1, { atLeast: 1 })
            .followedBy('spend', ({ amount }, { more }) => amount > 100 && more.length > 0)
            .within('10 minutes'),
        ({ more, spend }, card) => ({ card, probes: 1 + more.length, spent: spend.amount }),
      );
    return { alerts, harmless: alerts.timedOut.map(({ key, captured }) => `${key} ${captured.probe?.shop}`) };
  },
});

const minute = 60_000;
const use = (card: string, at: number, amount: number): z.infer<typeof Use> => ({
  card,
  shop: `shop ${at}`,
  amount,
  at: at * minute,
});

test.each([1, 2])('small uses of a card before a large one raise an alert, in %i shards', (shards) => {
  const driver = testDriver(fraud, { shards });

  driver.sources.uses.send(use('a', 0, 0.5), use('b', 0, 0.5), use('a', 2, 0.1));
  driver.crash();
  driver.sources.uses.send(use('a', 3, 500), use('b', 4, 500), use('c', 40, 1));
  driver.drain();

  expect(driver.sinks.alerts.take()).toEqual([{ card: 'a', probes: 2, spent: 500 }]);
  expect(driver.sinks.harmless.take()).toEqual(['b shop 0']);
});
