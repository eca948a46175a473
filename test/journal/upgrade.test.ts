import { expect, test } from '@jest/globals';
import {
  count,
  earlier,
  hopping,
  max,
  pipeline,
  session,
  source,
  sum,
  trailing,
  tumbling,
  type AggregateOptions,
  type DurationInput,
  type Pipeline,
  type WindowSpec,
} from 'millrace';
import type { Shuffle } from '../../lib/engine/index.ts';
import { JournaledTask } from '../../lib/journal/index.ts';
import { encodeControlRecord, type InputRecord } from '../../lib/model/index.ts';
import { planOf } from '../../lib/plan/index.ts';
import { MemoryJournalStore, MemorySinks, MemoryStream } from '../../lib/testing/index.ts';
import { order, Order, record } from '../support/orders.ts';

const SHARD = 'shardId-000000000000';
const TASK = `orders/orders/${SHARD}`;

const orderSource = source(Order, { timestamp: (each) => each.at });

function counting(window: WindowSpec, aggregates: object, options: AggregateOptions = {}): Pipeline {
  return pipeline('orders', {
    sources: { orders: orderSource },
    build: ({ orders }) => ({
      rows: orders
        .byPartitionKey()
        .window(window as ReturnType<typeof tumbling>)
        .aggregate('rows', aggregates as never, options),
    }),
  });
}

const old = { orders: count<Order>() };
const withTotal = { total: sum<Order>((each) => each.amount), orders: count<Order>() };

const log: readonly InputRecord[] = [
  order(1, 'a', '00:00:05', 3),
  order(2, 'a', '00:00:10', 4),
  order(3, 'a', '00:00:20', 5),
  { ...record(4, 'finish', ''), data: encodeControlRecord({ kind: 'finish' }) },
];

/** One journal, on which different versions of the code work, each record journaled by itself. */
function journal(shuffle?: Shuffle) {
  const store = new MemoryJournalStore(256);
  const sinks = new MemorySinks();
  const stream = new MemoryStream();
  stream.addShard(SHARD);
  stream.append(SHARD, ...log);
  let tokens = 0;
  const ports = { store, sinks, stream, ...(shuffle && { shuffle }), newToken: () => `token-${++tokens}` };
  const run = async (code: Pipeline, ...records: readonly (InputRecord | undefined)[]): Promise<void> => {
    const [stage] = planOf(code).stages;
    if (stage === undefined) throw new Error('no stage');
    const task = new JournaledTask(code, stage, SHARD, ports);
    for (const each of records) {
      await task.invoke({ records: each === undefined ? [] : [each], windowState: {}, window: 'none' });
    }
  };
  return { store, sinks, stream, run };
}

test.each<[string, WindowSpec]>([
  ['tumbling', tumbling('1 minute')],
  ['hopping', hopping('1 minute', { every: '1 minute' })],
  ['session', session({ gap: '1 minute' })],
])('a new aggregate of an open %s window begins with the records after the change', async (_, window) => {
  const { sinks, run } = journal();

  await run(counting(window, old), log[0], log[1]);
  await run(counting(window, withTotal, { earlier: [earlier(old)] }), log[2], log[3]);

  expect(sinks.valuesOf('rows')).toMatchObject([{ key: 'a', orders: 3, total: 5 }]);
});

test('a trailing window looks back at what an earlier version has stored', async () => {
  const { sinks, run } = journal();
  const window = trailing('1 minute');

  await run(counting(window, old), log[0], log[1]);
  await run(counting(window, withTotal, { earlier: [earlier(old)] }), log[2], log[3]);

  expect(sinks.valuesOf('rows')).toMatchObject([
    { orders: 1 },
    { orders: 2, total: 0 },
    { orders: 3, total: 5 },
  ]);
});

test('accumulators of today can be computed from those of before', async () => {
  const { sinks, run } = journal();
  const before = { smallestFirst: max<Order, number>((each) => each.amount), orders: count<Order>() };
  const today = { largest: max<Order, number>((each) => each.amount), orders: count<Order>() };
  const renamed = earlier(before, ({ smallestFirst }) => ({ largest: smallestFirst }));

  await run(counting(tumbling('1 minute'), before), log[0], log[1]);
  await run(counting(tumbling('1 minute'), today, { earlier: [renamed] }), log[3]);

  expect(sinks.valuesOf('rows')).toMatchObject([{ largest: 4, orders: 2 }]);
});

test('once it has written, an upgraded task needs the old definition no more', async () => {
  const { sinks, run } = journal();
  const window = tumbling('1 minute');

  await run(counting(window, old), log[0], log[1]);
  await run(counting(window, withTotal, { earlier: [earlier(old)] }), log[2]);
  await run(counting(window, withTotal), log[3]);

  expect(sinks.valuesOf('rows')).toMatchObject([{ key: 'a', orders: 3, total: 5 }]);
});

test('the code of before refuses what an upgraded task has written', async () => {
  const { store, run } = journal();
  const window = tumbling('1 minute');
  await run(counting(window, old), log[0]);
  await run(counting(window, withTotal, { earlier: [earlier(old)] }), log[1]);
  const written = await store.readRing(TASK);

  const refused = run(counting(window, old), log[2]);

  await expect(refused).rejects.toThrow(
    'as "tumbling 1 minute { total: sum, orders: count }", but it is now',
  );
  expect(await store.readRing(TASK)).toEqual(written);
});

const withoutRows = (forgets: readonly string[]): Pipeline =>
  pipeline('orders', {
    sources: { orders: orderSource },
    forgets,
    build: ({ orders }) => ({ ids: orders.map(({ id }) => id) }),
  });

test('state of an operator that is gone is refused, until the pipeline says that it forgets it', async () => {
  const { sinks, run } = journal();
  await run(counting(tumbling('1 minute'), old), log[0]);

  const refused = run(withoutRows([]), log[1]);
  await expect(refused).rejects.toThrow(
    'bring it back, or name it in "forgets" of the pipeline to drop its state',
  );
  await run(withoutRows(['rows']), log[1], log[3]);

  expect(sinks.valuesOf('ids')).toEqual(['o2']);
});

test('a window that ends after an upgrade, without records, loses nothing of what the old code had in its tail', async () => {
  const { store, sinks, stream } = journal();
  let tokens = 100;
  const ports = { store, sinks, stream, newToken: () => `token-${++tokens}` };
  const taskOf = (code: Pipeline): JournaledTask => {
    const [stage] = planOf(code).stages;
    if (stage === undefined) throw new Error('no stage');
    return new JournaledTask(code, stage, SHARD, ports);
  };
  const before = taskOf(counting(tumbling('1 minute'), old));
  const after = taskOf(counting(tumbling('1 minute'), withTotal, { earlier: [earlier(old)] }));
  const { windowState } = await before.invoke({
    records: log,
    windowState: {},
    window: 'open',
    windowId: 'w',
  });

  await after.invoke({ records: [], windowState, window: 'ending', windowId: 'w' });

  expect((await store.readRing(TASK)).at(-1)?.through).toEqual({
    kind: 'after',
    sequenceNumber: log.at(-1)?.sequenceNumber,
  });
});

test('what is due because the new code waits for less is set off by the next record', async () => {
  const { sinks, run } = journal();
  const [first, second, third] = [
    order(1, 'a', '00:00:05'),
    order(2, 'a', '00:12:00'),
    order(3, 'a', '00:12:30'),
  ];

  await run(twice({ grace: '10 minutes' }), first, second);
  await run(twice({ grace: 0 }), third);

  expect(sinks.changes).toMatchObject([{ output: { id: { sequenceNumber: third.sequenceNumber } } }]);
});

test('what waits to be sent to a stage that is gone goes to the dead letters', async () => {
  const { sinks, run } = journal({
    send: async (_, left) => ({ left, isTold: false }),
    peers: async () => [],
  });
  const counted = pipeline('orders', {
    sources: { orders: orderSource },
    build: ({ orders }) => ({
      rows: orders
        .keyBy(({ id }) => id)
        .window(tumbling('1 minute'))
        .aggregate('per-id', old),
    }),
  });
  const passed = pipeline('orders', {
    sources: { orders: orderSource },
    build: ({ orders }) => ({ orders }),
  });
  await expect(run(counted, log[0])).rejects.toThrow('could not be delivered');

  await run(passed, log[1]);

  expect(sinks.valuesOf('orders')).toMatchObject([{ id: 'o2' }]);
  expect(sinks.deadLetters).toMatchObject([
    {
      reason: 'undeliverable',
      operator: 'per-id.0',
      message: 'it was to be sent to stage "per-id-shuffle", and the pipeline has no such stage any more',
      value: { id: 'o1' },
    },
  ]);
});

function twice(options: { readonly grace: DurationInput }): Pipeline {
  return pipeline('orders', {
    sources: { orders: orderSource },
    build: ({ orders }) => ({
      rows: orders
        .byPartitionKey()
        .window(tumbling('1 minute'), options)
        .aggregate('per-minute', old)
        .window(tumbling('5 minutes'))
        .aggregate('per-five', { minutes: count() }),
    }),
  });
}
