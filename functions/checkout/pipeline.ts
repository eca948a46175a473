import { count, pipeline, source, sum, tumbling } from 'millrace';
import * as z from 'zod';

export const Order = z.object({
  orderId: z.string(),
  customerId: z.string(),
  cents: z.int(),
  placedAt: z.iso.datetime(),
});
export type Order = z.infer<typeof Order>;

export const Payment = z.object({ orderId: z.string(), cents: z.int(), paidAt: z.iso.datetime() });
export type Payment = z.infer<typeof Payment>;

/** Orders and their payments: who hasn't paid within ten minutes, and what each customer has paid in an hour. */
export const checkout = pipeline('checkout', {
  sources: {
    orders: source(Order, { timestamp: (order) => order.placedAt, outOfOrder: '30 seconds' }),
    payments: source(Payment, { timestamp: (payment) => payment.paidAt, outOfOrder: '30 seconds' }),
  },
  build: ({ orders, payments }) => {
    const settled = orders
      .keyBy((order) => order.orderId)
      .joinWithin(
        'settled',
        payments.keyBy((payment) => payment.orderId),
        {
          kind: 'left',
          before: 0,
          after: '10 minutes',
          select: (order, payment) => ({
            ...order,
            paidCents: payment?.cents ?? 0,
            isPaid: payment !== undefined,
          }),
        },
      );
    const perCustomer = settled
      .keyBy((order) => order.customerId)
      .window(tumbling('1 hour'))
      .aggregate('per-customer', { orders: count(), paidCents: sum((order) => order.paidCents) });
    return { unpaid: settled.filter((order) => !order.isPaid), perCustomer };
  },
});
