import { count, pipeline, source, sum, trailing } from 'millrace';
import * as z from 'zod';

const Payment = z.object({ card: z.string(), amount: z.number(), at: z.iso.datetime() });

export const fraud = pipeline('fraud', {
  sources: {
    payments: source(Payment, { timestamp: (payment) => payment.at, outOfOrder: '30 seconds' }),
  },
  build: ({ payments }) => {
    const perCard = payments.keyBy((payment) => payment.card);

    const rates = perCard
      .window(trailing('1 minute'))
      .aggregate('rates', { payments: count(), total: sum((payment) => payment.amount) });
    const tooMany = rates
      .filter((row) => row.payments > 3)
      .map(({ key: card, payments: times, total }) => ({ rule: 'too-many' as const, card, times, total }));

    const probes = perCard.match(
      'probes',
      (pattern) =>
        pattern
          .begin('first', (payment) => payment.amount < 5)
          .followedBy('second', (payment) => payment.amount < 5)
          .followedBy('large', (payment) => payment.amount > 500)
          .within('5 minutes'),
      ({ large }, card) => ({ rule: 'probe' as const, card, amount: large.amount }),
    );

    return { alerts: tooMany.merge(probes), late: rates.late };
  },
});
