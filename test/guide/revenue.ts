import { changesOf, count, pipeline, sum, topN, tumbling } from 'millrace';
import * as z from 'zod';

const Order = z.object({
  id: z.string(),
  product: z.string(),
  cents: z.int(),
  status: z.enum(['placed', 'paid']),
});

export const revenue = pipeline('revenue', {
  sources: { orders: changesOf(Order) },
  build: ({ orders }) => {
    const paid = orders.flatMap(({ before, after }) =>
      after?.status === 'paid' && before?.status !== 'paid' ? [after] : [],
    );
    const perProduct = paid
      .keyBy((order) => order.product)
      .window(tumbling('1 minute'))
      .aggregate('per-product', { orders: count(), cents: sum((order) => order.cents) });
    const perMinute = perProduct
      .keyBy(() => 'all')
      .window(tumbling('1 minute'))
      .aggregate('per-minute', {
        cents: sum((row) => row.cents),
        best: topN(5, {
          by: (row) => row.cents,
          of: (row) => ({ product: row.key, cents: row.cents }),
        }),
      });
    return { perMinute };
  },
});
