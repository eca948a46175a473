import { expect, test } from '@jest/globals';
import { count, pipeline, source, tumbling } from 'millrace';
import type { Shuffle } from '../../lib/engine/index.ts';
import { DEFAULT_LIMITS, JournaledTask } from '../../lib/journal/index.ts';
import type { InputRecord } from '../../lib/model/index.ts';
import { planOf } from '../../lib/plan/index.ts';
import { MemoryJournalStore, MemorySinks, MemoryStream } from '../../lib/testing/index.ts';
import { at, Order, order } from '../support/orders.ts';

const SHARD = 'shardId-000000000000';

test('progress waits for the journal where results do, also behind events that wait no longer', async () => {
  const definition = pipeline('orders', {
    delivery: 'transactional',
    sources: { orders: source(Order, { timestamp: (each) => each.at, outOfOrder: 0 }) },
    build: ({ orders }) => ({
      perId: orders
        .filter(({ amount }) => amount !== null)
        .keyBy(({ id }) => id)
        .window(tumbling('1 minute'))
        .aggregate('per-id', { orders: count() }),
    }),
  });
  const [stage] = planOf(definition).stages;
  if (stage === undefined) throw new Error('no stage');
  const store = new MemoryJournalStore();
  const told: { watermark: number | undefined; entries: number }[] = [];
  const shuffle: Shuffle = {
    async send(_to, sent, progress) {
      const { length: entries } = await store.readRing(`orders/orders/${SHARD}`);
      told.push({ watermark: progress?.watermark, entries });
      return told.length === 1 ? { left: sent, isTold: false } : { left: [], isTold: true };
    },
    peers: async () => [SHARD],
  };
  const stream = new MemoryStream();
  stream.addShard(SHARD);
  let tokens = 0;
  const ports = { store, stream, shuffle, sinks: new MemorySinks(), newToken: () => `token-${++tokens}` };
  const limits = { ...DEFAULT_LIMITS, tailBytes: 1 };
  const task = new JournaledTask(definition, stage, SHARD, ports, limits);
  const batch = (records: readonly InputRecord[], windowState: unknown = {}) =>
    task.invoke({ records, windowState, window: 'open' });

  const { windowState } = await batch([order(1, 'a', '00:00:05')]);
  await batch([order(2, 'a', '00:00:10', null)], windowState);

  expect(told).toEqual([
    { watermark: at('00:00:05'), entries: 2 },
    { watermark: undefined, entries: 2 },
    { watermark: at('00:00:10'), entries: 3 },
  ]);
});
