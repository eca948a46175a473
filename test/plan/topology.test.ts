import { expect, test } from '@jest/globals';
import { count, pipeline, source, tumbling } from 'millrace';
import { planOf, type Plan } from '../../lib/plan/index.ts';
import { Order } from '../support/orders.ts';

function planWith(outputs: readonly ('hourly' | 'per-minute')[]): Plan {
  return planOf(
    pipeline('orders', {
      sources: { orders: source(Order, { timestamp: (order) => order.at }) },
      build: ({ orders }) => {
        const perId = orders.keyBy((order) => order.id);
        const rowsOf = {
          hourly: () => perId.window(tumbling('1 hour')).aggregate('hourly', { orders: count() }),
          'per-minute': () => perId.window(tumbling('1 minute')).aggregate('per-minute', { orders: count() }),
        };
        return Object.fromEntries(outputs.map((id) => [id.replace('-', ''), rowsOf[id]()]));
      },
    }),
  );
}

test('stages are called the same in whatever order outputs are listed and operators defined', () => {
  const [one, other] = [planWith(['hourly', 'per-minute']), planWith(['per-minute', 'hourly'])];

  expect(one.stages.map(({ id }) => id)).toEqual(['orders', 'hourly-shuffle']);
  expect(other.stages.map(({ id }) => id)).toEqual(['orders', 'hourly-shuffle']);
});
