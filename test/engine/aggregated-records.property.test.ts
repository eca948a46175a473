import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { count, pipeline, source, sum, tumbling } from 'millrace';
import { StageTask } from '../../lib/engine/index.ts';
import { encodeControlRecord, type InputRecord, type Output } from '../../lib/model/index.ts';
import { aggregatedOf } from '../support/aggregated.ts';
import { at, Order, record } from '../support/orders.ts';
import { holds } from '../support/properties.ts';

const START = at('12:00:00');
const CONTROL = 'of the runtime';

/** What stays with the shard, by event time and by arrival, and what goes to others, combined. */
const everything = pipeline('everything', {
  combine: 'auto',
  sources: {
    orders: source(Order, {
      timestamp: (each) => {
        if (each.amount === 13) throw new Error('unlucky');
        return each.at;
      },
      outOfOrder: '10 seconds',
      idleAfter: '1 minute',
    }),
  },
  build: ({ orders }) => {
    const byKey = orders.byPartitionKey();
    const perMinute = byKey.window(tumbling('1 minute')).aggregate('per-minute', { orders: count() });
    const running = byKey.aggregate('running', { total: sum((each) => each.amount) });
    const perAmount = orders
      .keyBy(({ amount }) => amount ?? 'none')
      .window(tumbling('1 minute'))
      .aggregate('per-amount', { orders: count() });
    return { orders, perMinute, late: perMinute.late, running, perAmount };
  },
});

/** Records and ticks, cut into what comes as one, which has one arrival. */
const logs: fc.Arbitrary<readonly (readonly [InputRecord, ...InputRecord[]])[]> = fc
  .array(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      after: fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.constantFrom(0, 60_000, 600_000)),
      before: fc.integer({ min: 0, max: 90_000 }),
      amount: fc.option(fc.integer({ min: 10, max: 13 }), { nil: null }),
      kind: fc.constantFrom('order', 'order', 'order', 'tick', 'no JSON', 'invalid', 'empty'),
      begins: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((all) => {
    let now = START;
    const log: [InputRecord, ...InputRecord[]][] = [];
    for (const [index, { key, after, before, amount, kind, begins }] of all.entries()) {
      const last = log.at(-1);
      const isTick = kind === 'tick' || last?.[0].partitionKey === CONTROL;
      if (last === undefined || begins || isTick) now += after;
      const values = { 'no JSON': '{', invalid: { id: 1 }, empty: '' };
      const value =
        kind === 'order' || kind === 'tick' ? { id: `o${index}`, amount, at: now - before } : values[kind];
      const each = kind === 'tick' ? control(kind, index, now) : record(index, key, value, now);
      if (last === undefined || begins || isTick) log.push([each]);
      else last.push(each);
    }
    return [...log, [control('finish', all.length, now)]];
  });

function control(kind: 'tick' | 'finish', n: number, arrival: number): InputRecord {
  return { ...record(n, CONTROL, '', arrival), data: encodeControlRecord({ kind }) };
}

const newTask = (): StageTask => new StageTask(everything, 'orders', 'shard-0');

/** @param restoreAfter after how many records each the task is lost, and built again from its state */
function run(log: readonly InputRecord[], restoreAfter = Infinity): readonly Output[] {
  let task = newTask();
  const outputs: Output[] = [];
  for (const [index, each] of log.entries()) {
    task.process(each);
    if (index % restoreAfter !== 0) continue;
    outputs.push(...task.takeOutputs());
    const stored = [...task.state.encodeAll(5)];
    task = newTask();
    for (const piece of stored) task.state.apply(piece);
    task.resume();
  }
  return [...outputs, ...task.takeOutputs()];
}

/** All of an output that doesn't say how its record came. */
function nameless(output: Output): object {
  const { id: _, ...rest } = output;
  return output.kind === 'dead-letter'
    ? { ...rest, data: [...output.data], subSequenceNumber: undefined }
    : rest;
}

const packed = (log: readonly (readonly [InputRecord, ...InputRecord[]])[]): readonly InputRecord[] =>
  log.map((records) => (records[0].partitionKey === CONTROL ? records[0] : aggregatedOf(...records)));

test('however records are aggregated, they give what they give one by one', () => {
  holds(
    fc.property(logs, (log) => {
      expect(run(packed(log)).map(nameless)).toEqual(run(log.flat()).map(nameless));
    }),
  );
});

test('a task that is lost between aggregated records goes on with the same outputs, under the same names', () => {
  holds(
    fc.property(logs, fc.integer({ min: 1, max: 5 }), (log, restoreAfter) => {
      const whole = run(packed(log));

      expect(run(packed(log), restoreAfter)).toEqual(whole);
      expect(new Set(whole.map(({ id }) => `${id.sequenceNumber} ${id.index}`)).size).toBe(whole.length);
    }),
  );
});
