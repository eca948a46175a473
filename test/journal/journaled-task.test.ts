import { describe, expect, test } from '@jest/globals';
import { count, pipeline, source, tumbling, type Pipeline } from 'millrace';
import type { Shuffle } from '../../lib/engine/index.ts';
import {
  DEFAULT_LIMITS,
  JournaledTask,
  type Invocation,
  type InvocationResult,
} from '../../lib/journal/index.ts';
import { after, encodeControlRecord, type InputRecord } from '../../lib/model/index.ts';
import { planOf } from '../../lib/plan/index.ts';
import { MemoryJournalStore, MemorySinks, MemoryStream } from '../../lib/testing/index.ts';
import { at, Order, order, orders, record } from '../support/orders.ts';

const SHARD = 'shardId-000000000000';

const finish = (n: number): InputRecord => ({
  ...record(n, 'finish', ''),
  data: encodeControlRecord({ kind: 'finish' }),
});

const [r1, r2, r3, r4, r5] = [
  order(1, 'a', '00:00:05'),
  order(2, 'a', '00:00:10'),
  order(3, 'b', '00:00:20'),
  order(4, 'a', '00:00:59'),
  finish(5),
];
/** A stream, a journal and results, and as many sandboxes working on one shard as a test wants. */
function world(
  definition: Pipeline = orders,
  slots = 256,
  log: readonly InputRecord[] = [r1, r2, r3, r4, r5],
) {
  const store = new MemoryJournalStore(slots);
  const sinks = new MemorySinks();
  const stream = new MemoryStream();
  stream.addShard(SHARD);
  if (log.length > 0) stream.append(SHARD, ...log);
  let tokens = 0;
  const [stage] = planOf(definition).stages;
  if (stage === undefined) throw new Error('no stage');
  const ports = { store, sinks, stream, newToken: () => `token-${++tokens}` };
  const sandbox = (shardId = SHARD): JournaledTask => new JournaledTask(definition, stage, shardId, ports);
  return { store, sinks, stream, sandbox, ports, stage };
}

/** Makes the next deliveries fail as a whole. */
function failDeliveries(sinks: MemorySinks, times: number): void {
  const put = sinks.deliver.bind(sinks);
  let left = times;
  sinks.deliver = async (outputs) => (left-- > 0 ? outputs : put(outputs));
}

const invocation = (
  records: readonly InputRecord[],
  windowState: unknown = {},
  window: Invocation['window'] = 'open',
): Invocation => ({ records, windowState, window });
const final = (windowState: unknown, records: readonly InputRecord[] = []): Invocation =>
  invocation(records, windowState, 'ending');
const unwindowed = (...records: readonly InputRecord[]): Invocation => invocation(records, undefined, 'none');
const rowsOf = (sinks: MemorySinks): unknown => sinks.valuesOf('perMinute');

const EXPECTED = [
  expect.objectContaining({ key: 'a', windowStart: at('00:00:00'), orders: 3 }),
  expect.objectContaining({ key: 'b', windowStart: at('00:00:00'), orders: 1 }),
];

describe('a task gives the results of an undisturbed run when', () => {
  test('nothing disturbs it', async () => {
    const { sandbox, sinks } = world();
    const task = sandbox();

    const first = await task.invoke(invocation([r1, r2]));
    const second = await task.invoke(invocation([r3, r4, r5], first.windowState));
    await task.invoke(final(second.windowState));

    expect(rowsOf(sinks)).toEqual(EXPECTED);
  });

  test('each invocation meets a sandbox that knows nothing', async () => {
    const { sandbox, sinks } = world();

    let state: InvocationResult['windowState'] = {};
    for (const each of [r1, r2, r3, r4, r5])
      state = (await sandbox().invoke(invocation([each], state))).windowState;

    expect(rowsOf(sinks)).toEqual(EXPECTED);
  });

  test('the mapping has no window and keeps no state', async () => {
    const { sandbox, sinks } = world(orders, 4);

    for (const each of [r1, r2, r3, r4, r5]) await sandbox().invoke(unwindowed(each));

    expect(rowsOf(sinks)).toEqual(EXPECTED);
  });

  test('the answer to a batch is lost and it is delivered again with the old state', async () => {
    const { sandbox, sinks } = world();
    const task = sandbox();
    const first = await task.invoke(invocation([r1, r2]));
    await task.invoke(invocation([r3, r4, r5], first.windowState));

    const again = await task.invoke(invocation([r3, r4, r5], first.windowState));

    expect(again.report).toMatchObject({ records: 3, skipped: 3 });
    expect(rowsOf(sinks)).toEqual(EXPECTED);
    expect(sinks.changes).toHaveLength(2);
  });

  test('window state is lost while the mapping moves on: the gap is read from the log', async () => {
    const { sandbox, sinks } = world();
    await sandbox().invoke(invocation([r1, r2]));

    const result = await sandbox().invoke(invocation([r4, r5], {}));

    expect(result.report).toMatchObject({ recoveredFromLog: 3 });
    expect(rowsOf(sinks)).toEqual(EXPECTED);
  });

  test('a long gap can only be read piece by piece: what was read is journaled on the way', async () => {
    const { sandbox, ports, store, stage } = world(orders, 256, []);
    await sandbox().invoke(invocation([r1]));
    const gap = Array.from({ length: 20_000 }, (_, index) => order(index + 2, 'a', '00:00:10'));
    const readAfter = async function* (): AsyncIterable<readonly InputRecord[]> {
      for (let start = 0; start < gap.length; start += 1_000) yield gap.slice(start, start + 1_000);
      throw new Error('time is up');
    };
    const task = new JournaledTask(orders, stage, SHARD, {
      ...ports,
      stream: Object.assign(new MemoryStream(), { readAfter }),
    });

    await expect(task.invoke(invocation([order(20_002, 'a', '00:00:11')], {}))).rejects.toThrow('time is up');

    const tip = await store.readSlot(`orders/orders/${SHARD}`, 2);
    expect(tip?.through).toEqual(after(gap.at(-1)?.sequenceNumber ?? ''));
  });

  test('window state is damaged', async () => {
    const { sandbox, sinks } = world();
    const { windowState } = await sandbox().invoke(invocation([r1, r2]));
    const damaged = { ...windowState, segments: ['AAAA'] };

    await sandbox().invoke(invocation([r3, r4, r5], damaged));

    expect(rowsOf(sinks)).toEqual(EXPECTED);
  });

  test('a warm sandbox is handed a tail that an append elsewhere has outdated', async () => {
    const { sandbox, sinks } = world();
    const [warm, other] = [sandbox(), sandbox()];
    const first = await warm.invoke(invocation([r1]));
    await other.invoke(final(first.windowState, [r2, r3]));

    await warm.invoke(invocation([r4, r5], {}));

    expect(rowsOf(sinks)).toEqual(EXPECTED);
  });

  test('the mapping is created anew and begins at the oldest record', async () => {
    const { sandbox, sinks } = world();
    const first = await sandbox().invoke(invocation([r1, r2]));
    await sandbox().invoke(final(first.windowState, [r3]));

    await sandbox().invoke(invocation([r1, r2, r3, r4, r5], {}));

    expect(rowsOf(sinks)).toEqual(EXPECTED);
  });
});

describe('two writers of one shard', () => {
  test('can not both append the same entry: the loser begins again from what the winner stored', async () => {
    const { sandbox, sinks, store } = world();
    const [mine, zombie] = [sandbox(), sandbox()];
    const begun = await mine.invoke(invocation([r1]));
    await zombie.invoke(invocation([r2], begun.windowState));
    await mine.invoke(final(begun.windowState, [r2, r3]));

    const result = await zombie.invoke(final(begun.windowState, [r2]));

    expect(result.report).toMatchObject({ skipped: 1, appended: 0 });
    expect((await store.readSlot('orders/orders/shardId-000000000000', 1))?.through).toMatchObject({
      sequenceNumber: r3.sequenceNumber,
    });
    await sandbox().invoke(invocation([r4, r5]));
    expect(rowsOf(sinks)).toEqual(EXPECTED);
  });
});

describe('the journal stays bounded', () => {
  test('over many more appends than it has slots', async () => {
    const { sandbox, sinks, store } = world(orders, 8);
    const task = sandbox();

    for (let n = 1; n <= 100; n += 1) await task.invoke(unwindowed(order(n, `k${n % 7}`, '00:00:01')));
    await sandbox().invoke(unwindowed(finish(101)));

    expect(store.sizeOf('orders/orders/shardId-000000000000')).toEqual({ entries: 8, checkpoints: 1 });
    expect(rowsOf(sinks)).toHaveLength(7);
  });
});

describe('a pipeline that halts on errors', () => {
  let isMended = false;
  const picky = pipeline('picky', {
    onError: 'halt',
    sources: { orders: source(Order, { timestamp: (each) => each.at }) },
    build: ({ orders: stream }) => ({
      perMinute: stream
        .filter((each) => {
          if (each.id === 'o3' && !isMended) throw new Error('no idea');
          return true;
        })
        .byPartitionKey()
        .window(tumbling('1 minute'))
        .aggregate('per-minute', { orders: count() }),
    }),
  });

  test('stops at the record, keeps what came before it, and goes on there once the code is mended', async () => {
    const { sandbox, sinks } = world(picky);

    const stopped = await sandbox().invoke(invocation([r1, r2, r3, r4, r5]));

    expect(stopped.haltedAt).toMatchObject({ sequenceNumber: r3.sequenceNumber, operator: 'orders.filter' });
    expect(stopped.report).toMatchObject({ appended: 1, records: 2 });
    isMended = true;
    await sandbox().invoke(invocation([r3, r4, r5], {}));
    expect(rowsOf(sinks)).toEqual(EXPECTED);
    expect(sinks.deadLetters).toEqual([]);
  });
});

describe('a record that halts the shard while the gap in front of it is unread', () => {
  const halting = pipeline('halting', {
    onError: 'halt',
    sources: { orders: source(Order, { timestamp: (each) => each.at }) },
    build: ({ orders: stream }) => ({
      perMinute: stream
        .filter((each) => {
          if (each.id === 'o4') throw new Error('no idea');
          return true;
        })
        .byPartitionKey()
        .window(tumbling('1 minute'))
        .aggregate('per-minute', { orders: count() }),
    }),
  });

  test('is reported with a tail that reaches up to it', async () => {
    const { sandbox } = world(halting);
    await sandbox().invoke(invocation([r1]));

    const result = await sandbox().invoke(invocation([r4, r5], {}));

    expect(result.haltedAt).toMatchObject({ sequenceNumber: r4.sequenceNumber });
    expect(result.windowState).toMatchObject({ through: `>${r3.sequenceNumber}` });
  });

  test('fails the invocation if it lies in the gap itself, and what came before it is kept', async () => {
    const { sandbox, store } = world(halting);
    await sandbox().invoke(invocation([r1]));

    await expect(sandbox().invoke(invocation([r5], {}))).rejects.toThrow('the record lies before the batch');

    const tip = await store.readSlot('halting/orders/shardId-000000000000', 1);
    expect(tip?.through).toMatchObject({ sequenceNumber: r3.sequenceNumber });
  });

  test('fails the invocation of a child shard if it lies in the rest of the parent, and is named', async () => {
    const { sandbox, stream } = world(halting);
    await sandbox().invoke(invocation([r1]));
    stream.addShard('child', { parents: [SHARD], firstHash: 0n, lastHash: 2n ** 128n - 1n });
    stream.append('child', finish(9));

    await expect(sandbox('child').invoke(invocation([finish(9)]))).rejects.toThrow(
      `operator "orders.filter" failed on record "${r4.sequenceNumber}", and the pipeline halts on errors: no idea; the record lies ` +
        'before the batch',
    );
  });
});

describe('outputs that can not be delivered', () => {
  test('travel in the tail and are delivered by the next invocation', async () => {
    const { sandbox, sinks } = world();
    failDeliveries(sinks, 1);
    const first = await sandbox().invoke(invocation([r1, r2, r3, r4, r5]));
    expect(first.report).toMatchObject({ outputs: 2, undelivered: 2 });

    await sandbox().invoke(final(first.windowState));

    expect(rowsOf(sinks)).toEqual(EXPECTED);
  });

  test('fail the invocation that ends a window, once they are in the journal, and are tried again with it', async () => {
    const { sandbox, sinks } = world();
    failDeliveries(sinks, 1);
    const begun = await sandbox().invoke(invocation([r1, r2]));

    await expect(sandbox().invoke(final(begun.windowState, [r3, r4, r5]))).rejects.toThrow(
      '2 outputs of task "orders/orders/shardId-000000000000" could not be delivered; they are in the journal',
    );
    await sandbox().invoke(final(begun.windowState, [r3, r4, r5]));

    expect(rowsOf(sinks)).toEqual(EXPECTED);
  });

  test('are kept beside the journal if they are larger than an entry', async () => {
    const { sinks, ports, stage, store } = world();
    const limits = { ...DEFAULT_LIMITS, entryBytes: 50, entriesPerPiece: 1 };
    const sandbox = (): JournaledTask => new JournaledTask(orders, stage, SHARD, ports, limits);
    failDeliveries(sinks, 1);

    await expect(sandbox().invoke(unwindowed(r1, r2, r3, r4, r5))).rejects.toThrow('2 outputs');
    const tip = await store.readSlot('orders/orders/shardId-000000000000', 1);
    expect(tip).toMatchObject({ outboxPieces: { n: 1, pieces: 2 } });
    await sandbox().invoke(unwindowed(r1, r2, r3, r4, r5));

    expect(rowsOf(sinks)).toEqual(EXPECTED);
  });
});

describe('transactional delivery', () => {
  const careful = pipeline('orders', {
    delivery: 'transactional',
    sources: { orders: source(Order, { timestamp: (each) => each.at }) },
    build: ({ orders: stream }) => ({
      perMinute: stream
        .byPartitionKey()
        .window(tumbling('1 minute'))
        .aggregate('per-minute', { orders: count() }),
    }),
  });

  test('shows a result only once the journal holds what it comes from', async () => {
    const { sandbox, sinks } = world(careful);

    const first = await sandbox().invoke(invocation([r1, r2, r3, r4, r5]));
    expect(rowsOf(sinks)).toEqual([]);
    await sandbox().invoke(final(first.windowState));

    expect(rowsOf(sinks)).toEqual(EXPECTED);
  });

  test('delivers what a crash right after the append has left', async () => {
    const { sandbox, sinks } = world(careful);
    const put = sinks.deliver.bind(sinks);
    const first = await sandbox().invoke(invocation([r1, r2, r3, r4, r5]));
    sinks.deliver = async () => {
      throw new Error('killed');
    };
    await expect(sandbox().invoke(final(first.windowState))).rejects.toThrow('killed');
    sinks.deliver = put;

    await sandbox().invoke(final(first.windowState));

    expect(rowsOf(sinks)).toEqual(EXPECTED);
    expect(sinks.changes).toHaveLength(2);
  });
});

describe('a journal that the code can not read', () => {
  const changed = pipeline('orders', {
    sources: { orders: source(Order, { timestamp: (each) => each.at }) },
    build: ({ orders: stream }) => ({
      perMinute: stream
        .byPartitionKey()
        .window(tumbling('5 minutes'))
        .aggregate('per-minute', { orders: count() }),
    }),
  });

  test('is refused with what has changed and what to do, and nothing is touched', async () => {
    const { sandbox, ports, store, sinks } = world();
    await sandbox().invoke(final({}, [r1, r2]));
    const before = await store.readRing('orders/orders/shardId-000000000000');
    const [stage] = planOf(changed).stages;
    if (stage === undefined) throw new Error('no stage');

    const refused = new JournaledTask(changed, stage, SHARD, ports).invoke(invocation([r3, r4, r5]));

    await expect(refused).rejects.toThrow(
      'has state of operator "per-minute" as "tumbling 1 minute { orders: count, total: sum, mean: avg, smallest: min, ' +
        'largest: max }", but it is now "tumbling 5 minutes { orders: count }"; bring the old definition back, say',
    );
    expect(await store.readRing('orders/orders/shardId-000000000000')).toEqual(before);
    expect(sinks.changes).toEqual([]);
  });
});

describe('a shard that is split', () => {
  test('leaves its state to its children, key by key, and can not be written any more', async () => {
    const { sandbox, sinks, stream, store } = world(orders, 256, []);
    const half = 2n ** 127n;
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    stream.append(SHARD, ...keys.map((key, index) => order(index + 1, key, '00:00:05')));
    const parent = await sandbox().invoke(
      invocation(keys.slice(0, 4).map((key, index) => order(index + 1, key, '00:00:05'))),
    );
    stream.addShard('left', { parents: [SHARD], firstHash: 0n, lastHash: half - 1n });
    stream.addShard('right', { parents: [SHARD], firstHash: half, lastHash: 2n ** 128n - 1n });
    stream.append('left', finish(21));
    stream.append('right', finish(22));

    await sandbox('left').invoke(invocation([finish(21)]));
    await sandbox('right').invoke(invocation([finish(22)]));
    await sandbox().invoke(final(parent.windowState, [order(5, 'e', '00:00:05')]));

    const rows = sinks.valuesOf('perMinute') as { key: string; orders: number }[];
    expect(rows.map(({ key, orders: n }) => `${key} ${n}`).toSorted()).toEqual(keys.map((key) => `${key} 1`));
    const ring = await store.readRing('orders/orders/shardId-000000000000');
    expect(ring.map(({ kind }) => kind)).toEqual(['start', 'seal']);
  });

  test('sends what it held back once the journal holds it, where delivery waits for that', async () => {
    const combined = pipeline('combined', {
      combine: 'auto',
      delivery: 'transactional',
      sources: { orders: source(Order, { timestamp: (each) => each.at }) },
      build: ({ orders: stream }) => ({
        perId: stream
          .keyBy(({ id }) => id)
          .window(tumbling('1 minute'))
          .aggregate('per-id', { orders: count() }),
      }),
    });
    const { ports, stage, store, stream } = world(combined, 256, [r1]);
    const sentAt: number[] = [];
    const shuffle: Shuffle = {
      send: async (_, sent) => {
        if (sent.length > 0) sentAt.push((await store.readRing(`combined/orders/${SHARD}`)).length);
        return { left: [], isTold: true };
      },
      peers: async () => [],
    };
    const sandbox = (shardId: string): JournaledTask =>
      new JournaledTask(combined, stage, shardId, { ...ports, shuffle });
    await sandbox(SHARD).invoke(final({}, [r1]));
    stream.addShard('child', { parents: [SHARD], firstHash: 0n, lastHash: 2n ** 128n - 1n });
    stream.append('child', finish(9));

    await sandbox('child').invoke(invocation([finish(9)]));

    expect(sentAt).toEqual([3]);
  });

  test('is drained piece by piece where that takes long: what was read is journaled on the way', async () => {
    const { sandbox, ports, store, stage, stream } = world(orders, 256, []);
    await sandbox().invoke(invocation([r1]));
    stream.addShard('child', { parents: [SHARD], firstHash: 0n, lastHash: 2n ** 128n - 1n });
    const rest = Array.from({ length: 20_000 }, (_, index) => order(index + 2, 'a', '00:00:10'));
    const readAfter = async function* (): AsyncIterable<readonly InputRecord[]> {
      for (let start = 0; start < rest.length; start += 1_000) yield rest.slice(start, start + 1_000);
      throw new Error('time is up');
    };
    const slow = { readAfter, describeShard: stream.describeShard.bind(stream) };
    const child = new JournaledTask(orders, stage, 'child', { ...ports, stream: slow });

    await expect(child.invoke(invocation([finish(30_000)]))).rejects.toThrow('time is up');

    const tip = await store.readSlot(`orders/orders/${SHARD}`, 2);
    expect(tip?.through).toEqual(after(rest.at(-1)?.sequenceNumber ?? ''));
  });

  test('leaves its processing time too, so that a silence from one shard to the next is seen', async () => {
    const { sandbox, stream } = world(orders, 256, []);
    stream.append(SHARD, r1);
    await sandbox().invoke(invocation([r1]));
    stream.addShard('child', { parents: [SHARD], firstHash: 0n, lastHash: 2n ** 128n - 1n });
    const later = { ...r2, arrival: r1.arrival + 90_000_000 };
    stream.append('child', later);

    const { report } = await sandbox('child').invoke(invocation([later]));

    expect(report.silenceMs).toBe(90_000_000);
  });
});

describe('shards that are merged', () => {
  test('are judged late by themselves: no window of the one that was further opens again', async () => {
    const { sandbox, sinks, stream } = world(orders, 256, []);
    const half = 2n ** 127n;
    // By the MD5 of its partition key, "a" is in the left half and "b" in the right.
    const log = {
      left: [order(1, 'a', '00:00:05')],
      right: [order(2, 'b', '00:00:05'), order(3, 'b', '00:00:06'), order(4, 'b', '00:02:30')],
      merged: [order(5, 'b', '00:00:40'), order(6, 'a', '00:00:40'), finish(7)],
    };
    stream.addShard('left', { parents: [], firstHash: 0n, lastHash: half - 1n });
    stream.addShard('right', { parents: [], firstHash: half, lastHash: 2n ** 128n - 1n });
    stream.addShard('merged', { parents: ['left', 'right'], firstHash: 0n, lastHash: 2n ** 128n - 1n });
    for (const [shard, records] of Object.entries(log)) stream.append(shard, ...records);
    await sandbox('left').invoke(final({}, log.left));
    await sandbox('right').invoke(final({}, log.right));

    const first = await sandbox('merged').invoke(invocation(log.merged.slice(0, 1)));
    await sandbox('merged').invoke(final(first.windowState, log.merged.slice(1)));

    expect(rowsOf(sinks)).toMatchObject([
      { key: 'b', windowStart: at('00:00:00'), orders: 2 },
      { key: 'a', windowStart: at('00:00:00'), orders: 2 },
      { key: 'b', windowStart: at('00:02:00'), orders: 1 },
    ]);
    expect(sinks.valuesOf('late')).toMatchObject([{ lateBy: 100_000 }]);
  });
});
