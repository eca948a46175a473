import { count, first, last, pipeline, session, source } from 'millrace';
import * as z from 'zod';

const Click = z.object({ user: z.string(), page: z.string(), at: z.number() });
const Customer = z.object({ id: z.string(), plan: z.enum(['free', 'pro']), changedAt: z.number() });

export const sessions = pipeline('sessions', {
  sources: {
    clicks: source(Click, { timestamp: (click) => click.at, outOfOrder: '1 minute' }),
    customers: source(Customer, { timestamp: (customer) => customer.changedAt }),
  },
  build: ({ clicks, customers }) => {
    const visits = clicks
      .keyBy((click) => click.user)
      .window(session({ gap: '30 minutes' }), { grace: '5 minutes' })
      .aggregate('visits', {
        clicks: count(),
        entry: first((click) => click.page),
        exit: last((click) => click.page),
      });
    const byId = customers.keyBy((customer) => customer.id).asTable();
    const withPlan = visits.joinAsOf('with-plan', byId, {
      kind: 'left',
      history: '1 day',
      maxWait: '1 minute',
      select: (visit, customer) => ({ ...visit, plan: customer?.plan ?? 'unknown' }),
    });
    return { visits: withPlan, late: visits.late };
  },
});
