import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { count, pipeline, source, tumbling } from 'millrace';
import { StageTask } from '../../lib/engine/index.ts';
import {
  encodeControlRecord,
  encodeParcel,
  parcelsOf,
  telling,
  type InputRecord,
  type Output,
  type SentOutput,
} from '../../lib/model/index.ts';
import { at, Order, record } from '../support/orders.ts';
import { holds } from '../support/properties.ts';

const SECOND_MS = 1_000;
const OUT_OF_ORDER_MS = 10 * SECOND_MS;
const IDLE_AFTER_MS = 30 * SECOND_MS;
const WINDOW_MS = 60 * SECOND_MS;
const TICK_MS = 60 * SECOND_MS;
const MOST_TICKS = 10;

const Orders = source(Order, {
  timestamp: (each) => each.at,
  outOfOrder: '10 seconds',
  idleAfter: '30 seconds',
});
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

/** One shard of the source and, behind it, one of the shuffle; what is sent arrives at once, as does how far the first has got. */
function tasksOf(definition: typeof inSource) {
  const first = new StageTask(definition, 'orders', 'shard-0');
  const second =
    definition === behindShuffle ? new StageTask(definition, 'rows-shuffle', 'shard-1') : undefined;
  let n = 0;
  const next = (data: Uint8Array | string, arrival: number): InputRecord => {
    n += 1;
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    return { ...record(n, 'a', '', arrival), data: bytes };
  };
  return (data: Uint8Array | string, arrival: number): readonly Output[] => {
    first.process(next(data, arrival));
    const outputs = first.takeOutputs();
    if (second === undefined) return outputs;
    const sent = outputs.filter((output): output is SentOutput => output.kind === 'sent');
    const [producer, watermark] = ['orders/shard-0', first.progressFor('rows-shuffle')];
    const progress = { producer, watermark, peers: [producer], isEnded: false };
    const parcels = parcelsOf(sent, () => 'shard-1');
    for (const { parcel } of telling(parcels, progress, ['shard-1']))
      second.process(next(encodeParcel(parcel), arrival));
    return second.takeOutputs();
  };
}

test.each([
  ['where it is counted in the source', inSource],
  ['where it is counted behind a shuffle', behindShuffle],
])(
  'the last window closes within idleAfter and one tick after its end, once traffic has stopped: %s',
  (_, definition) => {
    const time = fc.record({
      offset: fc.integer({ min: 0, max: WINDOW_MS - 1 }),
      phase: fc.integer({ min: 0, max: TICK_MS - 1 }),
    });
    holds(
      fc.property(time, ({ offset, phase }) => {
        const process = tasksOf(definition);
        const start = at('12:00:00');
        const stopped = start + offset;
        const end = start + WINDOW_MS;

        process(JSON.stringify({ id: 'o1', amount: 1, at: stopped }), stopped);
        let now = stopped + phase;
        let rows = process(encodeControlRecord({ kind: 'tick' }), now);
        for (let ticks = 1; rows.length === 0 && ticks < MOST_TICKS; ticks += 1) {
          now += TICK_MS;
          rows = process(encodeControlRecord({ kind: 'tick' }), now);
        }

        expect(rows).toMatchObject([{ kind: 'row', window: { start, end }, value: { orders: 1 } }]);
        expect(now).toBeGreaterThanOrEqual(end + OUT_OF_ORDER_MS + IDLE_AFTER_MS);
        expect(now).toBeLessThan(end + OUT_OF_ORDER_MS + IDLE_AFTER_MS + TICK_MS);
      }),
    );
  },
);
