import { expect, test } from '@jest/globals';
import { count, pipeline, source, tumbling } from 'millrace';
import { StageTask } from '../../lib/engine/index.ts';
import {
  encodeParcel,
  parcelsOf,
  standInFor,
  type InputRecord,
  type Output,
  type SentOutput,
} from '../../lib/model/index.ts';
import { at, Order, order, record } from '../support/orders.ts';

const perId = pipeline('orders', {
  sources: { orders: source(Order, { timestamp: (each) => each.at }) },
  build: ({ orders }) => ({
    rows: orders
      .keyBy(({ id }) => id)
      .window(tumbling('1 minute'))
      .aggregate('rows', { orders: count() }),
  }),
});

function outputsOf(stage: string, ...records: readonly InputRecord[]): readonly Output[] {
  const task = new StageTask(perId, stage, 'shard-0');
  for (const each of records) task.process(each);
  return task.takeOutputs();
}

test('an event that was too large to be sent is a dead letter that says where it came from', () => {
  const [sent] = outputsOf('orders', order(1, 'a', '12:00:00')).filter(
    (output): output is SentOutput => output.kind === 'sent',
  );
  if (sent === undefined) throw new Error('nothing was sent');
  const [packed] = parcelsOf([standInFor(sent, 2_000_000)], () => 'shard-0');
  if (packed === undefined) throw new Error('nothing was packed');

  const outputs = outputsOf('rows-shuffle', { ...record(9, 'p', ''), data: encodeParcel(packed.parcel) });

  expect(outputs).toMatchObject([
    {
      kind: 'dead-letter',
      reason: 'undeliverable',
      operator: 'rows-shuffle',
      message: 'event was too large to be sent to this stage; the value says where it came from',
      timestamp: at('12:00:00'),
      value: { edge: sent.edge, bytes: 2_000_000, ...sent.id },
    },
  ]);
});
