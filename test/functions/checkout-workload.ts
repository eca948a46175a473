import { PutRecordsCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import type { Order, Payment } from '../../functions/checkout/pipeline.ts';
import type { Item } from '../support/tables.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const PRODUCERS = 16;

/** Orders and payments in the order in which they were made, and what the pipeline must make of them. */
export interface CheckoutWorkload {
  readonly orders: readonly Order[];
  readonly payments: readonly Payment[];
  /** The orders without a payment, sorted. */
  readonly unpaid: readonly string[];
  /** The rows of `perCustomer`, sorted, as `perCustomerOf` writes them. */
  readonly perCustomer: readonly string[];
}

/** An order every twenty seconds. Every third is never paid, every fifth too late. */
export function checkoutWorkload(count: number): CheckoutWorkload {
  const orders = Array.from(
    { length: count },
    (_, index): Order => ({
      orderId: `order-${index}`,
      customerId: `customer-${index % 7}`,
      cents: 100 + index,
      placedAt: new Date(START + index * 20_000).toISOString(),
    }),
  );
  const payments = orders
    .flatMap((order, index): Payment[] => {
      const delay = index % 5 === 0 ? 900_000 : 60_000;
      const paidAt = new Date(Date.parse(order.placedAt) + delay).toISOString();
      return index % 3 === 0 ? [] : [{ orderId: order.orderId, cents: order.cents, paidAt }];
    })
    .toSorted((a, b) => (a.paidAt < b.paidAt ? -1 : 1));
  /** The payment of an order, if it came in time. */
  const paymentOf = ({ orderId, placedAt }: Order): Payment | undefined => {
    const until = Date.parse(placedAt) + 600_000;
    return payments.find((payment) => payment.orderId === orderId && Date.parse(payment.paidAt) <= until);
  };
  const unpaid = orders.filter((order) => paymentOf(order) === undefined).map(({ orderId }) => orderId);
  return { orders, payments, unpaid: unpaid.toSorted(), perCustomer: perHour(orders, paymentOf).toSorted() };
}

/** An order counts when it was paid, or when it was placed if it never was. */
function perHour(
  orders: readonly Order[],
  paymentOf: (order: Order) => Payment | undefined,
): readonly string[] {
  const groups = new Map<string, { orders: number; paid: number }>();
  for (const order of orders) {
    const payment = paymentOf(order);
    const hour = (payment?.paidAt ?? order.placedAt).slice(0, 13);
    const name = `perCustomer#${order.customerId} ${hour}:00:00.000Z`;
    const group = groups.get(name) ?? { orders: 0, paid: 0 };
    groups.set(name, { orders: group.orders + 1, paid: group.paid + (payment?.cents ?? 0) });
  }
  return [...groups].map(([name, group]) => `${name} ${group.orders} ${group.paid}`);
}

/** Each order comes from one of a few producers, whose name is the partition key. */
export async function put(
  kinesis: KinesisClient,
  StreamName: string,
  values: readonly { readonly orderId: string }[],
): Promise<void> {
  if (values.length === 0) return;
  const Records = values.map((value) => ({
    PartitionKey: `producer-${Number(value.orderId.split('-')[1]) % PRODUCERS}`,
    Data: Buffer.from(JSON.stringify(value)),
  }));
  await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
}

/** The orders an alert was raised for, once for each alert, sorted. */
export function unpaidOf(items: readonly Item[]): readonly string[] {
  return textsOf(items, 'unpaid', ({ orderId }) => orderId?.S);
}

export function perCustomerOf(items: readonly Item[]): readonly string[] {
  return textsOf(
    items,
    'perCustomer',
    ({ pk, sk, orders, paidCents }) => `${pk?.S} ${sk?.S} ${orders?.N} ${paidCents?.N}`,
  );
}

function textsOf(
  items: readonly Item[],
  sink: string,
  textOf: (item: Item) => string | undefined,
): readonly string[] {
  const found = items.filter(({ pk }) => pk?.S?.startsWith(`${sink}#`)).map((item) => textOf(item) ?? '');
  return found.toSorted();
}
