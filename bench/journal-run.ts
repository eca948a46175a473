import type { Pipeline } from 'millrace';
import { randomUUID } from 'node:crypto';
import { toResultItem } from '../lib/aws/output-items.ts';
import { StageTask } from '../lib/engine/index.ts';
import { JournaledTask, type Invocation } from '../lib/journal/index.ts';
import type { InputRecord, Output } from '../lib/model/index.ts';
import { planOf } from '../lib/plan/index.ts';
import { BATCH_RECORDS, BATCHES_PER_SECOND, Shard } from './journal-workload.ts';
import { mappingWindow } from './mapping-window.ts';
import {
  itemBytes,
  MeteredStore,
  NOTHING_WRITTEN,
  sumOf,
  writeUnits,
  type Written,
} from './metered-store.ts';
import { unbrokenStream } from './unbroken-stream.ts';

const SHARD_ID = 'shardId-000000000000';

/** A minute of a busy shard, after another one or after a record of every key. */
const MEASURED_BATCHES = 60 * BATCHES_PER_SECOND;

export interface Workload {
  readonly pipeline: Pipeline;
  readonly keys: number;
  /** Every key has state from the beginning. */
  readonly hasEveryKey: boolean;
}

export interface RunResult {
  readonly records: number;
  readonly written: Written;
  /** Distinct keys of each batch, summed up: what a design with an item for each key would write. */
  readonly dirtyKeys: number;
  readonly resultUnits: number;
  readonly largestTailBytes: number;
  /** Of each batch: what the invocation took beyond the operators. */
  readonly addedMs: readonly number[];
}

/** One task in one sandbox that stays warm, fed as an event source mapping would. */
export class Invoker {
  readonly store = new MeteredStore();
  readonly outputs: Output[] = [];
  readonly #pipeline: Pipeline;
  readonly #windowBatches: number | undefined;
  #task: JournaledTask;
  #records: readonly InputRecord[] = [];
  #state: unknown = {};
  #invocations = 0;

  constructor(pipeline: Pipeline, windowSeconds: number | undefined) {
    this.#pipeline = pipeline;
    this.#windowBatches = windowSeconds === undefined ? undefined : windowSeconds * BATCHES_PER_SECOND;
    this.#task = this.#newTask();
  }

  /** The sandbox is gone: the next invocation begins from what is stored. */
  restart(): void {
    this.#task = this.#newTask();
  }

  /** Window state goes through JSON, as between Lambda and the mapping. Answers with its size in bytes. */
  async invoke(records: readonly InputRecord[]): Promise<number> {
    const { id, isEnding } = mappingWindow(this.#invocations, this.#windowBatches ?? 1);
    this.#invocations += 1;
    this.#records = records;
    const mapping: Pick<Invocation, 'window' | 'windowId' | 'windowState'> =
      this.#windowBatches === undefined
        ? { window: 'none' }
        : { window: isEnding ? 'ending' : 'open', windowId: id, windowState: this.#state };
    const { windowState } = await this.#task.invoke({ records, ...mapping });
    const text = JSON.stringify(windowState);
    this.#state = isEnding ? {} : JSON.parse(text);
    return text.length;
  }

  #newTask(): JournaledTask {
    const [stage] = planOf(this.#pipeline).stages;
    if (stage === undefined) throw new RangeError(`pipeline "${this.#pipeline.name}" has no stage`);
    return new JournaledTask(this.#pipeline, stage, SHARD_ID, {
      store: this.store,
      stream: unbrokenStream(() => this.#records),
      sinks: {
        deliver: async (outputs) => {
          for (const output of outputs) this.outputs.push(output);
          return [];
        },
      },
      newToken: randomUUID,
    });
  }
}

/** What the operators alone take for each batch. */
export function engineOnly({ pipeline, keys, hasEveryKey }: Workload): readonly number[] {
  const shard = new Shard(keys);
  const task = new StageTask(pipeline, 'orders', SHARD_ID);
  const process = (records: readonly InputRecord[]): number => {
    const begun = performance.now();
    for (const record of records) task.process(record);
    task.takeOutputs();
    const took = performance.now() - begun;
    task.state.takeChanges();
    return took;
  };
  if (hasEveryKey) process(shard.everyKey());
  else for (let batch = 0; batch < MEASURED_BATCHES; batch += 1) process(shard.batch());
  return Array.from({ length: MEASURED_BATCHES }, () => process(shard.batch()));
}

/** Feeds the same batches to a journaled task, and measures what it writes and what it takes beyond the operators. */
export async function journaled(
  invoker: Invoker,
  { keys, hasEveryKey }: Workload,
  engineMs: readonly number[],
): Promise<RunResult> {
  const shard = new Shard(keys);
  if (hasEveryKey) await invoker.invoke(shard.everyKey());
  else for (let batch = 0; batch < MEASURED_BATCHES; batch += 1) await invoker.invoke(shard.batch());
  invoker.store.written = NOTHING_WRITTEN;
  invoker.outputs.length = 0;
  const addedMs: number[] = [];
  let dirtyKeys = 0;
  let largestTailBytes = 0;
  for (const engineOnlyMs of engineMs) {
    const records = shard.batch();
    const begun = performance.now();
    const tailBytes = await invoker.invoke(records);
    addedMs.push(performance.now() - begun - engineOnlyMs);
    dirtyKeys += new Set(records.map(({ partitionKey }) => partitionKey)).size;
    largestTailBytes = Math.max(largestTailBytes, tailBytes);
  }
  const resultUnits = invoker.outputs.map((output) =>
    output.kind === 'row' ? writeUnits(itemBytes(toResultItem(output))) : 0,
  );
  return {
    records: MEASURED_BATCHES * BATCH_RECORDS,
    written: invoker.store.written,
    dirtyKeys,
    resultUnits: sumOf(resultUnits),
    largestTailBytes,
    addedMs,
  };
}
