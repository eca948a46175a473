import { expect, test } from '@jest/globals';
import type { ShardFacts } from '../../lib/engine/index.ts';
import { JournaledTask, type Invocation } from '../../lib/journal/index.ts';
import { hashOfPartitionKey, RetryableError, type InputRecord } from '../../lib/model/index.ts';
import { planOf } from '../../lib/plan/index.ts';
import { MemoryJournalStore, MemorySinks, MemoryStream } from '../../lib/testing/index.ts';
import { aggregatedOf } from '../support/aggregated.ts';
import { order, orders } from '../support/orders.ts';

const PARENT = 'shardId-000000000000';
const CHILD = 'shardId-000000000001';
const hashOfA = hashOfPartitionKey('a');

/** Takes `a` alone. */
const narrow = (parents: readonly string[] = []): ShardFacts => ({
  parents,
  firstHash: hashOfA,
  lastHash: hashOfA,
});

const aOnly = aggregatedOf(order(1, 'a', '00:00:05'), order(2, 'a', '00:00:06'));
const aAndB = aggregatedOf(order(3, 'a', '00:00:07'), order(4, 'b', '00:00:08'));
const closing = order(5, 'a', '00:01:10');

function world() {
  const [store, sinks, stream] = [new MemoryJournalStore(16), new MemorySinks(), new MemoryStream()];
  const asked: string[] = [];
  const describe = stream.describeShard.bind(stream);
  stream.describeShard = async (shardId) => {
    asked.push(shardId);
    return describe(shardId);
  };
  const [stage] = planOf(orders).stages;
  if (stage === undefined) throw new Error('no stage');
  let tokens = 0;
  const ports = { store, sinks, stream, newToken: () => `token-${++tokens}` };
  const sandbox = (shardId = PARENT): JournaledTask => new JournaledTask(orders, stage, shardId, ports);
  return { sinks, stream, asked, sandbox };
}

const unwindowed = (...records: readonly InputRecord[]): Invocation => ({
  records,
  windowState: undefined,
  window: 'none',
});

function outcome(sinks: MemorySinks): readonly unknown[] {
  return sinks.changes.map(({ output }) =>
    output.kind === 'dead-letter'
      ? [output.reason, output.partitionKey, output.subSequenceNumber]
      : [output.kind, output.key, 'value' in output && (output.value as { orders: number }).orders],
  );
}

const EXPECTED = [
  ['misplaced', 'b', 1],
  ['row', 'a', 3],
];

test('a task asks what its shard takes at its first aggregated record, and not again', async () => {
  const { sandbox, stream, asked, sinks } = world();
  stream.addShard(PARENT, narrow());
  const task = sandbox();
  await task.invoke(unwindowed(order(0, 'a', '00:00:01')));
  asked.length = 0;

  await task.invoke(unwindowed(order(0, 'a', '00:00:01')));
  const askedBefore = [...asked];
  for (const each of [aOnly, aAndB, closing]) await task.invoke(unwindowed(each));

  expect(askedBefore).toEqual([]);
  expect(asked).toEqual([PARENT]);
  expect(outcome(sinks)).toEqual([
    ['misplaced', 'b', 1],
    ['row', 'a', 4],
  ]);
});

test('whatever sandbox takes an aggregated record, and whether from a batch or from the log, it gives the same', async () => {
  const { sandbox, stream, sinks } = world();
  stream.addShard(PARENT, narrow());
  stream.append(PARENT, aOnly, aAndB, closing);

  const { windowState } = await sandbox().invoke({ records: [aOnly], windowState: {}, window: 'open' });
  await sandbox().invoke({ records: [aAndB], windowState, window: 'open' });
  await sandbox().invoke({ records: [closing], windowState: {}, window: 'open' });

  expect(outcome(sinks)).toEqual(EXPECTED);
});

test('what a parent still holds is judged by what the parent took', async () => {
  const { sandbox, stream, sinks } = world();
  stream.addShard(PARENT);
  stream.append(PARENT, aOnly, aAndB);
  stream.addShard(CHILD, narrow([PARENT]));
  stream.append(CHILD, closing);
  await sandbox().invoke(unwindowed(aOnly));

  await sandbox(CHILD).invoke(unwindowed(closing));

  expect(outcome(sinks)).toEqual([['row', 'a', 3]]);
});

test('without knowing what the shard takes nothing of a batch is applied, and it comes again', async () => {
  const { sandbox, stream, sinks } = world();
  stream.addShard(PARENT, narrow());
  const listed = stream.describeShard.bind(stream);
  stream.describeShard = async () => undefined;
  const task = sandbox();

  const refused = task.invoke(unwindowed(order(0, 'a', '00:00:01'), aAndB));

  await expect(refused).rejects.toThrow(RetryableError);
  stream.describeShard = listed;
  await task.invoke(unwindowed(order(0, 'a', '00:00:01'), aAndB, closing));
  expect(outcome(sinks)).toEqual([
    ['misplaced', 'b', 1],
    ['row', 'a', 2],
  ]);
});
