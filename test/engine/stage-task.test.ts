import { describe, expect, test } from '@jest/globals';
import { count, pipeline, source, sum, tumbling } from 'millrace';
import * as z from 'zod';
import { StageTask } from '../../lib/engine/index.ts';
import { encodeControlRecord, type InputRecord, type Output } from '../../lib/model/index.ts';
import { at, order, Order, orders, record } from '../support/orders.ts';

function run(...records: readonly InputRecord[]): readonly Output[] {
  const task = new StageTask(orders, 'orders', 'shard-0');
  for (const each of records) task.process(each);
  return task.takeOutputs();
}

const valuesAt = (sink: string, outputs: readonly Output[]): unknown[] =>
  outputs.flatMap((output) =>
    (output.kind === 'row' || output.kind === 'append') && output.sink === sink ? [output.value] : [],
  );

describe('a tumbling window', () => {
  test('is emitted once, when the watermark reaches its end', () => {
    const outputs = run(
      order(1, 'a', '00:00:05', 2),
      order(2, 'a', '00:00:59', 4),
      order(3, 'b', '00:00:30', null),
      order(4, 'a', '00:01:10', 8),
    );

    expect(valuesAt('perMinute', outputs)).toEqual([
      {
        key: 'a',
        windowStart: at('00:00:00'),
        windowEnd: at('00:01:00'),
        orders: 2,
        total: 6,
        mean: 3,
        smallest: 2,
        largest: 4,
      },
      {
        key: 'b',
        windowStart: at('00:00:00'),
        windowEnd: at('00:01:00'),
        orders: 1,
        total: 0,
        mean: undefined,
        smallest: undefined,
        largest: undefined,
      },
    ]);
  });

  test('stays open one millisecond before the watermark reaches its end', () => {
    const outputs = run(order(1, 'a', '00:00:05'), order(2, 'a', '00:01:09.999'));

    expect(outputs).toEqual([]);
  });

  test('has its end outside and its start inside', () => {
    const outputs = run(
      order(1, 'a', '00:01:00'),
      order(2, 'a', '00:00:59.999'),
      record(3, 'a', 'x'),
      order(4, 'a', '00:02:10'),
    );

    expect(valuesAt('perMinute', outputs)).toMatchObject([
      { windowStart: at('00:00:00') },
      { windowStart: at('00:01:00') },
    ]);
  });

  test('gives its result the identity of the record that closed it', () => {
    const closing = order(2, 'a', '00:01:10');
    const [output] = run(order(1, 'a', '00:00:05'), closing);

    expect(output).toMatchObject({
      kind: 'row',
      key: 'a',
      timestamp: at('00:00:59.999'),
      id: { stage: 'orders', shardId: 'shard-0', sequenceNumber: closing.sequenceNumber, index: 0 },
    });
  });

  test('closes when its input is declared finished', () => {
    const outputs = run(order(1, 'a', '00:00:05'), {
      ...record(2, 'x', ''),
      data: encodeControlRecord({ kind: 'finish' }),
    });

    expect(valuesAt('perMinute', outputs)).toMatchObject([{ key: 'a', orders: 1 }]);
  });
});

describe('a late record', () => {
  test('goes to the late stream with how much it missed, and changes no result', () => {
    const outputs = run(order(1, 'a', '00:00:05'), order(2, 'a', '00:01:10'), order(3, 'a', '00:00:30'));

    expect(valuesAt('late', outputs)).toEqual([
      {
        value: { id: 'o3', amount: 1, at: at('00:00:30') },
        timestamp: at('00:00:30'),
        watermark: at('00:01:00'),
        lateBy: 30_000,
        reason: 'behind-watermark',
        windowStart: at('00:00:00'),
        windowEnd: at('00:01:00'),
      },
    ]);
    expect(valuesAt('perMinute', outputs)).toHaveLength(1);
  });

  test('that lies too far ahead of its arrival moves no watermark and closes no window', () => {
    const ahead = record(2, 'a', { id: 'x', amount: 1, at: at('23:00:00') }, at('12:00:00'));
    const outputs = run(order(1, 'a', '00:00:05'), ahead, order(3, 'a', '00:00:06'));

    expect(valuesAt('late', outputs)).toMatchObject([
      { reason: 'ahead-of-arrival', timestamp: at('23:00:00') },
    ]);
    expect(valuesAt('perMinute', outputs)).toEqual([]);
  });
});

describe('a record that can not be processed goes to the dead letters, and the next one is processed:', () => {
  test.each([
    ['undecodable', '{"id": ', 'orders', /no JSON/],
    ['invalid', { id: 'x', amount: 'much', at: 0 }, 'orders', /amount: .*number/],
  ])('%s', (reason, value, operator, message) => {
    const bad = record(2, 'a', value);
    const outputs = run(order(1, 'a', '00:00:05'), bad, order(3, 'a', '00:01:10'));

    expect(outputs[0]).toMatchObject({
      kind: 'dead-letter',
      reason,
      operator,
      message: expect.stringMatching(message),
      id: { sequenceNumber: bad.sequenceNumber },
      data: bad.data,
    });
    expect(valuesAt('perMinute', outputs)).toMatchObject([{ orders: 1 }]);
  });
});

test('a record that only begins as those of the runtime do is a dead letter', () => {
  const task = new StageTask(orders, 'orders', 'shard-0');
  const finish = encodeControlRecord({ kind: 'finish' });

  task.process({ ...record(1, 'a', ''), data: finish.subarray(0, finish.length - 1) });

  expect(task.takeOutputs()).toMatchObject([{ kind: 'dead-letter', reason: 'undecodable' }]);
});

test('half of a character reads as the mark for what can not be read, as it would once it was stored', () => {
  const Named = z.object({ name: z.string() }).catchall(z.string());
  const names = pipeline('names', {
    sources: { people: source(Named, { timestamp: 'arrival' }) },
    build: ({ people }) => ({ people }),
  });
  const task = new StageTask(names, 'people', 'shard-0');
  const text = String.raw`{"name":"\ud83d\ude00 \ud83d \ude00\ud83d \\ud83d \u0041","\uD83D":"x"}`;

  task.process(record(1, 'a', text));

  expect(task.takeOutputs()).toMatchObject([
    { value: { name: '\u{1f600} \ufffd \ufffd\ufffd \\ud83d A', '\ufffd': 'x' } },
  ]);
});

const bad = (id: string): InputRecord => record(2, 'a', { id, amount: 1, at: at('00:00:07') });

describe('user code that goes wrong', () => {
  const fragile = pipeline('fragile', {
    sources: {
      orders: source(Order, {
        timestamp: (each) => (each.id === 'timeless' ? Number.NaN : each.at),
        outOfOrder: '10 seconds',
      }),
    },
    build: ({ orders: stream }) => ({
      perMinute: stream
        .filter((each) => {
          if (each.id === 'poison') throw new Error('no idea');
          return true;
        })
        .byPartitionKey()
        .window(tumbling('1 minute'))
        .aggregate('per-minute', {
          orders: count(),
          total: sum((each) => {
            if (each.id === 'odd') throw new Error('can not add');
            return each.amount;
          }),
        }),
    }),
  });

  test.each([
    [
      'timeless',
      'no-timestamp',
      'orders',
      'timestamp is "NaN"; it must be milliseconds, a Date, or ISO 8601 text',
    ],
    ['poison', 'failed', 'orders.filter', 'no idea'],
    ['odd', 'failed', 'per-minute', 'can not add'],
  ])(
    'quarantines a record (%s) whole, with its position and reason, and goes on',
    (id, reason, operator, message) => {
      const task = new StageTask(fragile, 'orders', 'shard-0');

      for (const each of [order(1, 'a', '00:00:05'), bad(id), order(3, 'a', '00:01:10')]) task.process(each);

      const outputs = task.takeOutputs();
      expect(outputs[0]).toMatchObject({
        kind: 'dead-letter',
        reason,
        operator,
        message: expect.stringContaining(message),
        id: { sequenceNumber: bad(id).sequenceNumber, shardId: 'shard-0' },
        data: bad(id).data,
      });
      expect(valuesAt('perMinute', outputs)).toMatchObject([{ key: 'a', orders: 1, total: 1 }]);
    },
  );
});
