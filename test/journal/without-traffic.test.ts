import { expect, test } from '@jest/globals';
import { count, pipeline, source, tumbling, type Pipeline } from 'millrace';
import { JournaledTask } from '../../lib/journal/index.ts';
import { encodeControlRecord, type InputRecord } from '../../lib/model/index.ts';
import { planOf } from '../../lib/plan/index.ts';
import { MemoryJournalStore, MemorySinks, MemoryStream } from '../../lib/testing/index.ts';
import { at, Order, order, record } from '../support/orders.ts';

const SHARD = 'shardId-000000000000';
const TICKS = 100;
const MINUTE_MS = 60_000;

const Orders = source(Order, { timestamp: (each) => each.at, idleAfter: '1 minute' });
const inSource = pipeline('orders', {
  sources: { orders: Orders },
  build: ({ orders }) => ({
    rows: orders.byPartitionKey().window(tumbling('1 minute')).aggregate('rows', { orders: count() }),
  }),
});
const behindShuffle = pipeline('orders', {
  sources: { orders: Orders },
  build: ({ orders }) => ({
    rows: orders
      .keyBy(({ id }) => id)
      .window(tumbling('1 minute'))
      .aggregate('rows', { orders: count() }),
  }),
});

const tick = (n: number): InputRecord => ({
  ...record(n, 'tick', '', at('12:00:00') + n * MINUTE_MS),
  data: encodeControlRecord({ kind: 'tick' }),
});

/** The task of the source's only shard, and how often it has asked for something outside. */
function counting(definition: Pipeline) {
  const calls: Record<string, number> = {};
  const counted = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          calls[String(name)] = (calls[String(name)] ?? 0) + 1;
          return member.apply(target, args);
        };
      },
    });
  const stream = new MemoryStream();
  stream.addShard(SHARD);
  const [stage] = planOf(definition).stages;
  if (stage === undefined) throw new Error('no stage');
  let tokens = 0;
  const task = new JournaledTask(definition, stage, SHARD, {
    store: counted(new MemoryJournalStore()),
    sinks: counted(new MemorySinks()),
    stream: counted(stream),
    shuffle: counted({
      send: async () => ({ left: [], isTold: true }),
      peers: async () => [SHARD],
    }),
    newToken: () => `token-${++tokens}`,
  });
  const run = async (records: readonly InputRecord[]): Promise<void> => {
    stream.append(SHARD, ...records);
    await runWindows(task, records);
  };
  return { run, calls };
}

/** Each record comes in a window of its own, as ticks do whose interval is that of the checkpoints. */
async function runWindows(task: JournaledTask, records: readonly InputRecord[]): Promise<void> {
  for (const each of records) {
    const windowId = String(each.arrival);
    const { windowState } = await task.invoke({ records: [each], windowState: {}, window: 'open', windowId });
    await task.invoke({ records: [], windowState, window: 'ending', windowId });
  }
}

const ticks = Array.from({ length: TICKS }, (_, n) => tick(n + 1));

test('a tick of a shard without traffic costs an entry, a read of the journal and a look at the log, and nothing else', async () => {
  const { run, calls } = counting(inSource);

  await run(ticks);

  expect(calls).toEqual({
    readRing: 1,
    describeShard: 1,
    append: TICKS + 1,
    readSlot: TICKS - 1,
    readAfter: TICKS - 1,
  });
});

test('a shard without traffic tells the stages behind once that it is there', async () => {
  const { run, calls } = counting(behindShuffle);

  await run(ticks);

  expect(calls).toMatchObject({ send: 1, peers: 1 });
});

test('a shard whose traffic has stopped tells the stages behind with each tick how far time has moved on', async () => {
  const { run, calls } = counting(behindShuffle);

  await run([order(1, 'a', '12:00:00'), ...ticks.slice(1)]);

  expect(calls).toMatchObject({ send: TICKS, append: TICKS + 1 });
});
