import { describe, expect, test } from '@jest/globals';
import { count, KeyedStream, pipeline, source, tumbling, type Pipeline } from 'millrace';
import { JournaledTask, type Invocation } from '../../lib/journal/index.ts';
import {
  encodeControlRecord,
  encodeKey,
  encodeParcel,
  partitionOf,
  type InputRecord,
  type Parcel,
  type Progress,
} from '../../lib/model/index.ts';
import { planOf } from '../../lib/plan/index.ts';
import { keyedProcess, timer } from '../../lib/process/index.ts';
import { MemoryJournalStore, MemorySinks, MemoryStream } from '../../lib/testing/index.ts';
import { at, Order, order, record } from '../support/orders.ts';

const HALF = 2n ** 127n;
const LAST = 2n ** 128n - 1n;

/** Counts for each minute how many orders were followed by an hour of arrival time. */
const reminded = pipeline('reminded', {
  sources: { orders: source(Order, { timestamp: (each) => each.at }) },
  build: ({ orders }) => {
    const reminders = new KeyedStream<string, string>({
      kind: 'operator',
      id: 'reminders',
      inputs: [orders.byPartitionKey().node],
      definition: keyedProcess({
        timers: { reminder: timer({ clock: 'arrival' }) },
        onEvent(_: Order, { timers }) {
          timers.reminder.after('1 hour');
        },
        onTimer: () => ['reminder'],
      }),
    });
    const perMinute = reminders.window(tumbling('1 minute')).aggregate('per-minute', { reminders: count() });
    return { perMinute, late: perMinute.late };
  },
});

const control = (n: number, kind: 'tick' | 'finish', time: string): InputRecord => ({
  ...record(n, kind, '', at(time)),
  data: encodeControlRecord({ kind }),
});

const inSource = pipeline('in-source', {
  sources: { orders: source(Order, { timestamp: (each) => each.at }) },
  build: ({ orders }) => ({
    rows: orders.byPartitionKey().window(tumbling('1 minute')).aggregate('rows', { orders: count() }),
  }),
});

const perId = pipeline('per-id', {
  sources: { orders: source(Order, { timestamp: (each) => each.at }) },
  build: ({ orders }) => {
    const rows = orders
      .keyBy(({ id }) => id)
      .window(tumbling('1 minute'))
      .aggregate('rows', { orders: count() });
    return { rows, late: rows.late };
  },
});

/** What one of two tasks before the shuffle sends. */
const parcel = (n: number, shard: string, producer: string, rest: Partial<Parcel>): InputRecord => ({
  ...record(n, producer, ''),
  data: encodeParcel({ producer, shard, packets: [], ...rest }),
});
const progressOf = (producer: string, time: string): Progress => ({
  producer,
  watermark: at(time),
  peers: ['orders/1', 'orders/2'],
  isEnded: false,
});

const told = (n: number, shard: string, producer: string, time: string): InputRecord =>
  parcel(n, shard, producer, { progress: progressOf(producer, time) });

/** By the MD5 of a key: "a" is in the left half, and "b" in the right. */
const SHARDS = {
  left: { parents: [], firstHash: 0n, lastHash: HALF - 1n },
  right: { parents: [], firstHash: HALF, lastHash: LAST },
  both: { parents: ['left', 'right'], firstHash: 0n, lastHash: LAST },
  rightAgain: { parents: ['both'], firstHash: HALF, lastHash: LAST },
};

/** Runs the records of two shards, then those of the one they were merged into, then those of one it was split into. */
async function merged(
  definition: Pipeline,
  log: Readonly<Partial<Record<keyof typeof SHARDS, readonly InputRecord[]>>>,
): Promise<MemorySinks> {
  const stream = new MemoryStream();
  const sinks = new MemorySinks();
  const store = new MemoryJournalStore();
  const stage = planOf(definition).stages.at(-1);
  if (stage === undefined) throw new Error('no stage');
  let tokens = 0;
  const ports = { store, sinks, stream, newToken: () => `token-${++tokens}` };
  for (const [shard, facts] of Object.entries(SHARDS)) stream.addShard(shard, facts);
  for (const [shard, records] of Object.entries(log)) {
    if (records.length === 0) continue;
    stream.append(shard, ...records);
    const batch: Invocation = { records, windowState: {}, window: 'ending' };
    await new JournaledTask(definition, stage, shard, ports).invoke(batch);
  }
  return sinks;
}

describe('what a timer by arrival gives behind a merge', () => {
  test('is not late where the shard its key comes from was further', async () => {
    const sinks = await merged(reminded, {
      left: [order(1, 'a', '00:00:05')],
      right: [order(2, 'b', '00:00:05'), order(3, 'd', '00:05:00')],
      both: [control(4, 'tick', '13:00:00'), control(5, 'finish', '13:00:00')],
    });

    expect(sinks.valuesOf('late')).toEqual([]);
    expect(sinks.valuesOf('perMinute')).toMatchObject([
      { key: 'a', windowStart: at('00:00:00'), reminders: 1 },
      { key: 'b', windowStart: at('00:05:00'), reminders: 1 },
      { key: 'd', windowStart: at('00:05:00'), reminders: 1 },
    ]);
  });
});

describe('what a task was sending to a shard that was merged meanwhile', () => {
  test.each([
    ['by another task', [told(1, 'left', 'orders/1', '00:00:00')]],
    ['by nobody', []],
  ])(
    'is not late, though it had told the other shard how far it was; this one was told %s',
    async (_, left) => {
      const key = encodeKey('o1');
      const event = { key, value: { id: 'o1', amount: 1, at: at('00:00:10') }, timestamp: at('00:00:10') };
      const [send] = planOf(perId).stages.flatMap(({ sends }) => sends);
      const packet = {
        partition: partitionOf(key, send?.partitions ?? 1),
        from: 0,
        events: [{ edge: send?.edge ?? '', event }],
      };

      const sinks = await merged(perId, {
        left,
        right: [told(2, 'right', 'orders/1', '00:00:00'), told(3, 'right', 'orders/2', '00:02:00')],
        both: [
          told(4, 'both', 'orders/1', '00:05:00'),
          parcel(5, 'both', 'orders/2', { packets: [packet], progress: progressOf('orders/2', '00:02:00') }),
        ],
      });

      expect(sinks.valuesOf('late')).toEqual([]);
      expect(sinks.valuesOf('rows')).toMatchObject([{ key: 'o1', orders: 1 }]);
    },
  );
});

describe('the last windows of merged shards', () => {
  test('close in silence, though one of the shards had never had a record with data', async () => {
    const sinks = await merged(inSource, {
      left: [control(1, 'tick', '12:00:00')],
      right: [order(2, 'b', '00:00:05')],
      both: [control(3, 'tick', '12:30:00'), control(4, 'tick', '13:00:00')],
    });

    expect(sinks.valuesOf('rows')).toMatchObject([{ key: 'b', orders: 1 }]);
  });
});

describe('a shard that a merged one was split into', () => {
  test('still knows how far its keys were before the merge', async () => {
    const sinks = await merged(inSource, {
      left: [order(1, 'a', '00:00:05')],
      right: [order(2, 'b', '00:00:05'), order(3, 'b', '00:00:06'), order(4, 'd', '00:05:00')],
      both: [control(5, 'tick', '12:00:00')],
      rightAgain: [order(6, 'b', '00:00:07'), control(7, 'finish', '12:00:00')],
    });

    expect(sinks.valuesOf('rows')).toMatchObject([
      { key: 'b', windowStart: at('00:00:00'), orders: 2 },
      { key: 'd', windowStart: at('00:05:00'), orders: 1 },
    ]);
  });
});
