import {
  count,
  externalTable,
  pipeline,
  source,
  sum,
  tumbling,
  type DurationInput,
  type MissPolicy,
  type UnknownPolicy,
} from 'millrace';
import * as z from 'zod';

export const Purchase = z.object({
  id: z.string(),
  customer: z.string(),
  amount: z.number(),
  at: z.number(),
});
export const Customer = z.object({ customerId: z.string(), region: z.string() });

interface PurchasesOptions {
  readonly onMiss?: MissPolicy;
  readonly onUnknown?: UnknownPolicy;
  readonly ttl?: DurationInput;
  readonly missTtl?: DurationInput;
  readonly batchTimeout?: DurationInput;
}

/** Purchases with the region of their customer, as events and as totals for each region, which come by a shuffle. */
export const purchases = ({ onMiss = 'keep', onUnknown = 'retry', ...table }: PurchasesOptions = {}) =>
  pipeline('purchases', {
    sources: { purchases: source(Purchase, { timestamp: ({ at }) => at }) },
    tables: { customers: externalTable(Customer, { key: 'customerId', ...table }) },
    build: ({ purchases: stream }, { customers }) => {
      const placed = stream.joinLookup('region', customers, {
        key: ({ customer }) => customer,
        onMiss,
        onUnknown,
        select: ({ id, amount }, customer, { isStale }) => ({
          id,
          amount,
          region: customer?.region ?? 'unknown',
          ...(isStale && { isStale }),
        }),
      });
      const perRegion = placed
        .keyBy(({ region }) => region)
        .window(tumbling('1 minute'))
        .aggregate('per-region', { purchases: count(), total: sum(({ amount }) => amount) });
      return { placed, perRegion };
    },
  });
