import type { Pipeline } from 'millrace';
import { randomUUID } from 'node:crypto';
import { recordsOf, windowOf, type KinesisEvent } from '../../lib/aws/kinesis-event.ts';
import { toResultItem } from '../../lib/aws/output-items.ts';
import type { Shuffle } from '../../lib/engine/index.ts';
import { JournaledTask, type TaskPorts } from '../../lib/journal/index.ts';
import type { InputRecord } from '../../lib/model/index.ts';
import type { StagePlan } from '../../lib/plan/index.ts';
import { eventRecord, STREAM_ARN } from '../event-record.ts';
import type { MappingWindow } from '../mapping-window.ts';
import { itemBytes, MeteredStore, writeUnits } from '../metered-store.ts';
import { unbrokenStream } from '../unbroken-stream.ts';
import { NOTHING_USED, type Usage } from './usage.ts';

/** One shard of a stage in a sandbox that stays warm, invoked as an event source mapping would invoke it. */
export class DeployedShard {
  readonly shardId: string;
  readonly #store = new MeteredStore();
  readonly #queue: InputRecord[] = [];
  readonly #task: JournaledTask;
  #batch: readonly InputRecord[] = [];
  #state: unknown = {};
  #used = NOTHING_USED;

  constructor(pipeline: Pipeline, stage: StagePlan, shardId: string, shuffle: Shuffle) {
    this.shardId = shardId;
    this.#task = new JournaledTask(pipeline, stage, shardId, { ...this.#ports(), shuffle });
  }

  get usage(): Usage {
    return { ...this.#used, journal: this.#store.written };
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** @param events how many it holds, if it is a packet */
  put(record: InputRecord, events = 0): void {
    this.#queue.push(record);
    this.#used = { ...this.#used, events: this.#used.events + events };
  }

  /** The next batch, in the mapping's window; state is handed on until the window ends. */
  async invoke(batchSize: number, window: MappingWindow): Promise<void> {
    this.#batch = this.#queue.splice(0, batchSize);
    const text = JSON.stringify(eventOf(this.shardId, this.#batch, window, this.#state));
    const before = process.cpuUsage();
    const event: KinesisEvent = JSON.parse(text);
    const { windowState } = await this.#task.invoke({
      records: recordsOf(event),
      windowState: event.state,
      window: windowOf(event),
      windowId: window.id,
    });
    const answer = JSON.stringify({ state: windowState, batchItemFailures: [] });
    const { user, system } = process.cpuUsage(before);
    this.#state = window.isEnding ? {} : windowState;
    const { records, invocations, cpuMicros, largestTailBytes } = this.#used;
    this.#used = {
      ...this.#used,
      records: records + this.#batch.length,
      invocations: invocations + 1,
      cpuMicros: cpuMicros + user + system,
      largestTailBytes: Math.max(largestTailBytes, answer.length),
    };
  }

  #ports(): TaskPorts {
    return {
      store: this.#store,
      stream: unbrokenStream(() => this.#batch),
      sinks: {
        deliver: async (outputs) => {
          const units = outputs.map((output) => writeUnits(itemBytes(toResultItem(output))));
          const { results, resultUnits } = this.#used;
          this.#used = {
            ...this.#used,
            results: results + outputs.length,
            resultUnits: resultUnits + units.reduce((sum, unit) => sum + unit, 0),
          };
          return [];
        },
      },
      newToken: randomUUID,
    };
  }
}

function eventOf(
  shardId: string,
  records: readonly InputRecord[],
  { id, isEnding }: MappingWindow,
  state: unknown,
): KinesisEvent {
  return {
    Records: records.map((record) => eventRecord(shardId, record)),
    window: { start: id, end: id },
    state,
    shardId,
    eventSourceARN: STREAM_ARN,
    isFinalInvokeForWindow: isEnding,
    isWindowTerminatedEarly: false,
  };
}
