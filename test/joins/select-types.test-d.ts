import { asOfJoin, intervalJoin, tableJoin, windowJoin, type JoinKind } from '../../lib/joins/index.ts';

interface Order {
  readonly id: string;
}
interface Payment {
  readonly amount: number;
}

const close = { beforeMs: 0, afterMs: 1, graceMs: 0 };

// A side is there for certain exactly if the kind lets no row of the other side stand alone

intervalJoin({
  ...close,
  kind: 'inner',
  select: (order: Order, payment: Payment) => [order.id, payment.amount],
});
intervalJoin({
  ...close,
  kind: 'left',
  select: (order: Order, payment?: Payment) => [order.id, payment?.amount],
});
windowJoin({
  kind: 'right',
  sizeMs: 1,
  graceMs: 0,
  select: (order: Order | undefined, payment: Payment, { windowStart }) => [
    order?.id,
    payment.amount,
    windowStart,
  ],
});
tableJoin({ kind: 'full', select: (order?: Order, payment?: Payment) => [order?.id, payment?.amount] });

declare const kind: JoinKind;
intervalJoin({ ...close, kind, select: (order?: Order, payment?: Payment) => [order, payment] });

// What must not compile

asOfJoin({
  kind: 'left',
  historyMs: 0,
  maxWaitMs: 0,
  deleted: (payment: Payment) => payment.amount === 0,
  // @ts-expect-error a left join has rows without a payment
  select: (order: Order, payment: Payment) => [order.id, payment.amount],
});

// @ts-expect-error an as-of join has no rows of the table alone
asOfJoin({ kind: 'full', historyMs: 0, maxWaitMs: 0, select: (order: Order) => order });
