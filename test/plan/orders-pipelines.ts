import { count, pipeline, source, tumbling, type DurationInput } from 'millrace';
import { planOf, type Plan } from '../../lib/plan/index.ts';
import { Order } from '../support/orders.ts';

const orders = source(Order, { timestamp: 'arrival', outOfOrder: '10 seconds' });

export interface Variant {
  readonly name?: string;
  readonly size?: DurationInput;
  readonly id?: string;
  readonly forgets?: readonly string[];
}

/** Orders per key and minute where they arrive, no shuffle. */
export function perMinutePlan({
  name = 'orders',
  size = '1 minute',
  id = 'per-minute',
  forgets = [],
}: Variant = {}): Plan {
  const defined = pipeline(name, {
    sources: { orders },
    forgets,
    build: ({ orders: arriving }) => ({
      rows: arriving.byPartitionKey().window(tumbling(size)).aggregate(id, { orders: count() }),
    }),
  });
  return planOf(defined);
}

/** The same behind a shuffle, late orders to an output of their own. */
export function shuffledPlan(id = 'per-minute'): Plan {
  const defined = pipeline('orders', {
    sources: { orders },
    build: ({ orders: arriving }) => {
      const rows = arriving
        .keyBy((order) => order.id)
        .window(tumbling('1 minute'))
        .aggregate(id, { orders: count() });
      return { rows, late: rows.late };
    },
  });
  return planOf(defined);
}
