import type { Pipeline } from 'millrace';
import { randomUUID } from 'node:crypto';
import { recordsOf } from '../../../lib/aws/kinesis-event.ts';
import type { Shuffle } from '../../../lib/engine/index.ts';
import { JournaledTask, type Invocation } from '../../../lib/journal/index.ts';
import type { Looked } from '../../../lib/joins/index.ts';
import { decodeKey, encodeParcel, parcelsOf, telling, type TableOutput } from '../../../lib/model/index.ts';
import { planOf, type StagePlan } from '../../../lib/plan/index.ts';
import { MemoryJournalStore } from '../../../lib/testing/index.ts';
import { mappingWindow } from '../../mapping-window.ts';
import { unbrokenStream } from '../../unbroken-stream.ts';
import type { Query } from '../queries/index.ts';
import { recordOf, SHARD_ID, type Batch } from './records.ts';

/** What a parcel holds at most, as where it is sent through Kinesis. */
const MOST_EVENTS = 5_000;

/** A pipeline over the events, and the tables outside that it looks up. */
export interface Subject {
  readonly pipeline: Pipeline;
  readonly tables: NonNullable<Query['tables']>;
}

/**
 * Takes batches through every stage of a pipeline, one warm task each, as a function's handler does: from records in
 * base64 to the tail it returns. Journal, sinks and shuffle are in memory.
 */
export class PipelineRun {
  readonly #stages: ReadonlyMap<string, StageRun>;
  #outputs = 0;
  #deadLetters = 0;
  #microseconds = 0;

  /** @param windowBatches how many batches a tumbling window of the mapping takes: then the tail is journaled */
  constructor({ pipeline, tables }: Subject, windowBatches: number) {
    const deliver = ({ kind }: TableOutput): void => {
      if (kind === 'dead-letter') this.#deadLetters += 1;
      else this.#outputs += 1;
    };
    const stageOf = (id: string): StageRun | undefined => this.#stages.get(id);
    this.#stages = new Map(
      planOf(pipeline).stages.map((stage) => [
        stage.id,
        new StageRun(pipeline, stage, { windowBatches, tables, deliver, stageOf }),
      ]),
    );
  }

  get outputs(): number {
    return this.#outputs;
  }

  get deadLetters(): number {
    return this.#deadLetters;
  }

  /** CPU time of all handlers, in microseconds: of all threads, garbage collection included. */
  get microseconds(): number {
    return this.#microseconds;
  }

  async invoke(batch: Batch): Promise<void> {
    for (const stage of this.#stages.values()) {
      const records = stage.isSource ? batch : stage.takeReceived();
      if (records.length > 0) this.#microseconds += await stage.invoke(records);
    }
  }
}

interface Surroundings {
  readonly windowBatches: number;
  readonly tables: Subject['tables'];
  readonly deliver: (output: TableOutput) => void;
  readonly stageOf: (id: string) => StageRun | undefined;
}

class StageRun {
  readonly isSource: boolean;
  readonly #task: JournaledTask;
  readonly #windowBatches: number;
  #received: Batch[number][] = [];
  #receivedEver = 0;
  #invocations = 0;
  #state: unknown = {};
  #records: Invocation['records'] = [];

  constructor(
    pipeline: Pipeline,
    stage: StagePlan,
    { windowBatches, tables, deliver, stageOf }: Surroundings,
  ) {
    this.isSource = stage.input.kind === 'source';
    this.#windowBatches = windowBatches;
    this.#task = new JournaledTask(pipeline, stage, SHARD_ID, {
      store: new MemoryJournalStore(),
      stream: unbrokenStream(() => this.#records),
      sinks: {
        deliver: async (outputs) => {
          outputs.forEach(deliver);
          return [];
        },
      },
      shuffle: this.#shuffleTo(stageOf),
      lookups: {
        lookUp: async (table, keys) => new Map([...keys].map((key) => [key, lookedUp(tables, table, key)])),
      },
      newToken: randomUUID,
    });
  }

  #shuffleTo(stageOf: Surroundings['stageOf']): Shuffle {
    const arrival = (): number => this.#records.at(-1)?.arrival ?? 0;
    return {
      send: async (to, sent, progress) => {
        const parcels = parcelsOf(sent, () => SHARD_ID, MOST_EVENTS);
        for (const { parcel } of telling(parcels, progress, [SHARD_ID]))
          stageOf(to)?.receive(encodeParcel(parcel), arrival());
        return { left: [], isTold: true };
      },
      peers: async () => [SHARD_ID],
    };
  }

  receive(data: Uint8Array, arrival: number): void {
    this.#received.push(recordOf(data, { partitionKey: 'shuffle', arrival, number: this.#receivedEver }));
    this.#receivedEver += 1;
  }

  takeReceived(): Batch {
    const received = this.#received;
    this.#received = [];
    return received;
  }

  /** The CPU time this takes, in microseconds. Between invocations the state goes through JSON, as at Lambda's; that isn't counted. */
  async invoke(Records: Batch): Promise<number> {
    const { id: windowId, isEnding } = mappingWindow(this.#invocations, this.#windowBatches);
    this.#invocations += 1;
    const before = process.cpuUsage();
    this.#records = recordsOf({ Records });
    const { windowState } = await this.#task.invoke({
      records: this.#records,
      windowState: this.#state,
      window: isEnding ? 'ending' : 'open',
      windowId,
    });
    const { user, system } = process.cpuUsage(before);
    this.#state = isEnding ? {} : JSON.parse(JSON.stringify(windowState));
    return user + system;
  }
}

function lookedUp(tables: Subject['tables'], table: string, key: string): Looked<unknown> {
  const value = tables[table]?.(Number(decodeKey(key)));
  return value === undefined ? { kind: 'missing' } : { kind: 'found', value };
}
