import type { StandardSchemaV1 } from '@standard-schema/spec';
import {
  count,
  hopping,
  pipeline,
  session,
  source,
  sum,
  tumbling,
  type KeyedStream,
  type Pipeline,
} from 'millrace';
import type { Flow } from '../lib/dsl/index.ts';
import { StageTask } from '../lib/engine/index.ts';
import type { InputRecord } from '../lib/model/index.ts';

/**
 * What open keys take in memory, beside the information in them: the key, and eight bytes for each accumulator and each
 * instant by which an entry is known. Run with `--expose-gc`, and with the heap of a function of 512 MB.
 */
interface Order {
  readonly at: number;
  readonly amount: number;
}

interface Case {
  readonly name: string;
  readonly keys: number;
  /** Numbers an entry is about, beside its key: accumulators and instants. */
  readonly numbers: number;
  readonly pipeline: Pipeline;
}

const BYTES_OF_NUMBER = 8;
const MB = 1024 ** 2;
const KEYS = 100_000;
const MANY_KEYS = 1_000_000;
const RECORDS_A_BATCH = 10_000;
const ENTRIES_A_PIECE = 4_096;
const START = Date.UTC(2026, 0);

const anyOrder: StandardSchemaV1<unknown, Order> = {
  '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value: value as Order }) },
};

function totals(build: (orders: KeyedStream<string, Order>) => Flow<unknown>): Pipeline {
  return pipeline('memory', {
    sources: { orders: source(anyOrder, { timestamp: (order) => order.at }) },
    build: ({ orders }) => ({ rows: build(orders.byPartitionKey()) }),
  });
}

const counted = { orders: count<Order>() };
const summed = { orders: count<Order>(), total: sum<Order>(({ amount }) => amount) };

const cases: readonly Case[] = [
  {
    name: 'tumbling, count',
    keys: KEYS,
    numbers: 2,
    pipeline: totals((orders) => orders.window(tumbling('1 day')).aggregate('rows', counted)),
  },
  {
    name: 'tumbling, count and sum',
    keys: KEYS,
    numbers: 3,
    pipeline: totals((orders) => orders.window(tumbling('1 day')).aggregate('rows', summed)),
  },
  {
    name: 'running, count and sum',
    keys: KEYS,
    numbers: 3,
    pipeline: totals((orders) => orders.aggregate('rows', summed, { emit: { every: '1 day' } })),
  },
  {
    name: 'session, count and sum',
    keys: KEYS,
    numbers: 4,
    pipeline: totals((orders) => orders.window(session({ gap: '1 day' })).aggregate('rows', summed)),
  },
  {
    name: 'hopping, count and sum',
    keys: KEYS,
    numbers: 4,
    pipeline: totals((orders) =>
      orders.window(hopping('1 day', { every: '1 hour' })).aggregate('rows', summed),
    ),
  },
  {
    name: 'tumbling, count and sum',
    keys: MANY_KEYS,
    numbers: 3,
    pipeline: totals((orders) => orders.window(tumbling('1 day')).aggregate('rows', summed)),
  },
];

/** One record of each key, in batches; after each, changes are taken as a checkpoint would. */
function fill(task: StageTask, keys: number): void {
  for (let key = 0; key < keys; key += 1) {
    task.process(recordOf(key));
    if (key % RECORDS_A_BATCH !== 0) continue;
    task.takeOutputs();
    task.state.takeChanges();
  }
  task.takeOutputs();
  task.state.takeChanges();
}

function keyOf(key: number): string {
  return `customer-${key}`;
}

function recordOf(key: number): InputRecord {
  const order: Order = { at: START + (key % RECORDS_A_BATCH), amount: key / 100 };
  return {
    sequenceNumber: String(10n ** 55n + BigInt(key)),
    partitionKey: keyOf(key),
    data: Buffer.from(JSON.stringify(order)),
    arrival: order.at,
  };
}

function usedBytes(): number {
  if (globalThis.gc === undefined) throw new RangeError('there is no gc(); run node with --expose-gc');
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function measure({ name, keys, numbers, pipeline: measured }: Case): Record<string, number | string> {
  fill(new StageTask(measured, 'orders', 'shard'), RECORDS_A_BATCH);
  const before = usedBytes();
  const task = new StageTask(measured, 'orders', 'shard');
  fill(task, keys);
  const bytes = usedBytes() - before;
  let stored = 0;
  for (const piece of task.state.encodeAll(ENTRIES_A_PIECE)) stored += piece.length;
  const information = keyOf(keys - 1).length + numbers * BYTES_OF_NUMBER;
  return {
    window: name,
    keys,
    'bytes per key': Math.round(bytes / keys),
    information,
    ratio: Number((bytes / keys / information).toFixed(1)),
    'stored, bytes per key': Number((stored / keys).toFixed(1)),
    'all, MB': Math.round(bytes / MB),
  };
}

const rows = cases.map(measure);
if (process.argv.includes('--json')) console.log(JSON.stringify(rows, undefined, 2));
else console.table(rows);
console.log(`peak of the process ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
