import { expect, test } from '@jest/globals';
import { count, pipeline, source, tumbling } from 'millrace';
import { StageTask } from '../../lib/engine/index.ts';
import { encodeControlRecord, type InputRecord, type Output } from '../../lib/model/index.ts';
import { at, Order, record } from '../support/orders.ts';

const orders = pipeline('orders', {
  sources: {
    orders: source(Order, {
      timestamp: (each) => each.at,
      outOfOrder: '10 seconds',
      idleAfter: '30 seconds',
    }),
  },
  build: ({ orders: stream }) => {
    const rows = stream.byPartitionKey().window(tumbling('1 minute')).aggregate('rows', { orders: count() });
    return { rows, late: rows.late };
  },
});

const order = (n: number, time: string, arrival: string): InputRecord =>
  record(n, 'a', { id: `o${n}`, amount: 1, at: at(time) }, at(arrival));
const tick = (n: number, arrival: string): InputRecord => ({
  ...record(n, 'tick', '', at(arrival)),
  data: encodeControlRecord({ kind: 'tick' }),
});

function run(...records: readonly InputRecord[]): readonly Output[] {
  const task = new StageTask(orders, 'orders', 'shard-0');
  for (const each of records) task.process(each);
  return task.takeOutputs();
}

const valuesAt = (sink: string, outputs: readonly Output[]): unknown[] =>
  outputs.flatMap((output) =>
    (output.kind === 'append' || output.kind === 'row') && output.sink === sink ? [output.value] : [],
  );

test('the last window of a stream that fell silent closes by ticks', () => {
  const outputs = run(order(1, '12:00:20', '12:00:20'), tick(2, '12:01:40'));

  // 12:00:20 - 10 s out of order, moved on by 80 s of silence but for the 30 s in which it isn't idle yet
  expect(valuesAt('rows', outputs)).toMatchObject([{ windowStart: at('12:00:00'), orders: 1 }]);
});

test('ticks of a stream with traffic move nothing', () => {
  const outputs = run(
    order(1, '12:00:20', '12:00:20'),
    tick(2, '12:00:49'),
    order(3, '12:00:21', '12:00:50'),
    tick(4, '12:01:19'),
  );

  expect(outputs).toEqual([]);
});

test('records that come late or can not be read show that a stream is not idle', () => {
  const outputs = run(
    order(1, '12:00:20', '12:00:20'),
    record(2, 'a', 'no order', at('12:01:20')),
    tick(3, '12:01:40'),
  );

  expect(valuesAt('rows', outputs)).toEqual([]);
});

test('what comes after all is late, and says that only silence was to blame', () => {
  const outputs = run(
    order(1, '12:00:20', '12:00:20'),
    tick(2, '12:01:40'),
    order(3, '12:00:50', '12:01:41'),
    order(4, '12:00:05', '12:01:42'),
  );

  expect(valuesAt('late', outputs)).toMatchObject([
    { timestamp: at('12:00:50'), reason: 'idle-advance' },
    { timestamp: at('12:00:05'), reason: 'behind-watermark' },
  ]);
});

test('ticks before the first record move nothing, and old records read again move time as they did', () => {
  const outputs = run(tick(1, '11:00:00'), order(2, '02:00:20', '12:00:20'), tick(3, '12:01:40'));

  expect(valuesAt('rows', outputs)).toMatchObject([{ windowStart: at('02:00:00'), orders: 1 }]);
});
