import { expect, test } from '@jest/globals';
import { KeyedStream, pipeline, source } from 'millrace';
import { StageTask } from '../../lib/engine/index.ts';
import { encodeControlRecord, type InputRecord, type Output } from '../../lib/model/index.ts';
import { keyedProcess, timer } from '../../lib/process/index.ts';
import { at, Order, record } from '../support/orders.ts';

/** Says so when 10 seconds of arrival time have gone by without another order of the key. */
const silent = pipeline('silent', {
  sources: { orders: source(Order, { timestamp: (each) => each.at, idleAfter: '1 hour' }) },
  build: ({ orders }) => ({
    silent: new KeyedStream<string, unknown>({
      kind: 'operator',
      id: 'silence',
      inputs: [orders.byPartitionKey().node],
      definition: keyedProcess({
        timers: { silence: timer<string>({ clock: 'arrival' }) },
        onEvent({ id }: Order, { timers }) {
          timers.silence.after('10 seconds', id);
        },
        onTimer: ({ at: due, payload }, { now }) => [{ payload, due, now }],
      }),
    }),
  }),
});

const order = (n: number, arrival: string): InputRecord =>
  record(n, 'a', { id: `o${n}`, amount: 1, at: at('00:00:00') }, at(arrival));

const control = (n: number, kind: 'tick' | 'finish', arrival: string): InputRecord => ({
  ...record(n, kind, '', at(arrival)),
  data: encodeControlRecord({ kind }),
});

const newTask = (): StageTask => new StageTask(silent, 'orders', 'shard-0');

function run(...records: readonly InputRecord[]): readonly Output[] {
  const task = newTask();
  for (const each of records) task.process(each);
  return task.takeOutputs();
}

const told = (payload: string, due: string, now: string, by: InputRecord) => ({
  value: { payload, due: at(due), now: at(now) },
  timestamp: at('00:00:00'),
  id: { stage: 'orders', shardId: 'shard-0', sequenceNumber: by.sequenceNumber, index: 0 },
});

test('what is due by arrival is called back before the record that moves time is applied', () => {
  const next = order(2, '12:00:10');

  const outputs = run(order(1, '12:00:00'), next, order(3, '12:00:15'));

  expect(outputs).toMatchObject([told('o1', '12:00:10', '12:00:10', next)]);
  expect(outputs).toHaveLength(1);
});

test.each([
  ['a tick', control(2, 'tick', '12:00:20')],
  ['a record nobody can read', record(2, 'b', '{', at('12:00:20'))],
])('%s moves processing time', (_what, by) => {
  const outputs = run(order(1, '12:00:00'), by);

  expect(outputs[0]).toMatchObject(told('o1', '12:00:10', '12:00:20', by));
});

test('processing time never goes back', () => {
  const by = control(3, 'tick', '12:00:15');

  const outputs = run(order(1, '12:00:05'), order(2, '12:00:00'), control(3, 'tick', '12:00:14'), by);

  expect(outputs).toMatchObject([told('o2', '12:00:15', '12:00:15', by)]);
});

test('at the end of the input everything that waits for an arrival is called back', () => {
  const by = control(2, 'finish', '12:00:01');

  const outputs = run(order(1, '12:00:00'), by);

  expect(outputs).toMatchObject([told('o1', '12:00:10', '12:00:01', by)]);
});

test('restored state waits for the same arrival', () => {
  const before = newTask();
  before.process(order(1, '12:00:05'));
  const stored = before.state.encodeChanges(before.state.takeChanges());
  const task = newTask();
  const by = control(3, 'tick', '12:00:15');

  task.state.apply(stored);
  task.resume();
  task.process(control(2, 'tick', '12:00:14'));
  task.process(by);

  expect(task.takeOutputs()).toMatchObject([told('o1', '12:00:15', '12:00:15', by)]);
  expect(task.state.now).toBe(at('12:00:15'));
});

test('a child shard waits for what its parent waited for', () => {
  const parent = newTask();
  parent.process(order(1, '12:00:05'));
  const child = newTask();
  const by = control(2, 'tick', '12:00:15');

  child.state.adopt(parent.state, () => true);
  child.state.time = parent.state.time;
  child.resume();
  child.process(by);

  expect(child.takeOutputs()).toMatchObject([told('o1', '12:00:15', '12:00:15', by)]);
});
