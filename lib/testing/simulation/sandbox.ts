import type { InputStream, OutputSinks } from '../../engine/index.ts';
import type { KnownKey } from '../../joins/index.ts';
import type { JournaledTask, JournalStore, TaskPorts } from '../../journal/index.ts';
import { RetryableError } from '../../model/index.ts';
import type { Decisions } from '../random.ts';
import type { FaultPlan } from './faults.ts';
import type { LiveStream } from './live-stream.ts';

/** A task as a sandbox uses it. */
export type SimulatedTask = Pick<JournaledTask, 'invoke'>;

/** What all sandboxes of a run share. */
export interface SimulatedWorld {
  readonly decisions: Decisions;
  readonly faults: FaultPlan;
  readonly store: JournalStore;
  readonly stream: InputStream;
  readonly sinks: OutputSinks;
  /** The stream of each stage that reads a shuffle. */
  readonly shuffles: ReadonlyMap<string, LiveStream>;
  /** The shards a stage reads that can still get records. */
  readonly peersOf: (shardId: string) => readonly string[];
  /** A task as the code of that version has it. */
  readonly newTask: (shardId: string, ports: TaskPorts, version: number) => SimulatedTask;
  readonly newToken: () => string;
  /** Calls at which sandboxes are frozen; each function thaws one. */
  readonly frozen: (() => void)[];
}

/**
 * A sandbox: its memory of the tasks it has worked on, and calls to the outside that can go wrong. One that is lost
 * never comes back from the call it was in.
 */
export class SimulatedSandbox {
  readonly #world: SimulatedWorld;
  readonly #version: number;
  readonly #tasks = new Map<string, SimulatedTask>();

  constructor(world: SimulatedWorld, version: number) {
    this.#world = world;
    this.#version = version;
  }

  taskOf(shardId: string): SimulatedTask {
    const known = this.#tasks.get(shardId);
    if (known !== undefined) return known;
    const task = this.#world.newTask(shardId, this.#ports(shardId), this.#version);
    this.#tasks.set(shardId, task);
    return task;
  }

  #ports(shardId: string): TaskPorts {
    const { store, stream, sinks, newToken, faults, decisions, shuffles, peersOf } = this.#world;
    const call = <T>(name: string, run: () => Promise<T>): Promise<T> => this.#call(name, run);
    return {
      newToken,
      store: {
        slots: store.slots,
        readSlot: (task, n) => call('readSlot', () => store.readSlot(task, n)),
        readRing: (task) => call('readRing', () => store.readRing(task)),
        append: (task, entry) => call('append', () => store.append(task, entry)),
        writeCheckpoint: (task, name, pieces) =>
          call('writeCheckpoint', () => store.writeCheckpoint(task, name, pieces)),
        readCheckpoint: (task, ref) => call('readCheckpoint', () => store.readCheckpoint(task, ref)),
        removeCheckpoints: (task, n, kept) =>
          call('removeCheckpoints', () => store.removeCheckpoints(task, n, kept)),
      },
      stream: {
        describeShard: (shard) => call('describeShard', () => stream.describeShard(shard)),
        readAfter: async function* (shard, position) {
          await call('readAfter', async () => {});
          const size = 1 + decisions.about('size of a read').below(8);
          for await (const records of stream.readAfter(shard, position)) {
            for (let start = 0; start < records.length; start += size)
              yield records.slice(start, start + size);
          }
        },
      },
      shuffle: {
        send: (to, sent, progress) =>
          call('send', async () => {
            const shuffle = shuffles.get(to);
            if (shuffle === undefined) throw new RangeError(`there is no stage "${to}"`);
            return shuffle.send(sent, progress, {
              resharding: () =>
                faults.strikes('shuffle is resharded under a parcel', to)
                  ? decisions.about(`shards of ${to} under a parcel`)
                  : undefined,
              refuses: () => faults.strikes('shard of a shuffle refuses a parcel', to),
            });
          }),
        peers: () => call('peers', async () => peersOf(shardId)),
      },
      lookups: {
        // Says something else each time, and often that there is nothing.
        lookUp: (_, keys) =>
          call('lookUp', async () => {
            const answers = [...keys].map((key): [string, KnownKey<unknown>] => {
              const rate = decisions.about(`rate of ${key}`).below(4);
              return [key, rate === 0 ? { kind: 'missing' } : { kind: 'found', value: { rate } }];
            });
            return new Map(answers);
          }),
      },
      sinks: {
        deliver: (outputs) =>
          call('deliver', async () => {
            if (!faults.strikes('outputs are delivered in part')) return sinks.deliver(outputs);
            const part = decisions.about('part of a delivery').below(outputs.length + 1);
            await sinks.deliver(outputs.slice(0, part));
            return outputs.slice(part);
          }),
      },
    };
  }

  async #call<T>(name: string, run: () => Promise<T>): Promise<T> {
    const { faults, frozen } = this.#world;
    if (faults.strikes('call fails', name)) throw new RetryableError(`${name} failed`);
    if (faults.strikes('sandbox freezes in a call and thaws later', name)) {
      await new Promise<void>((thaw) => frozen.push(thaw));
    }
    if (faults.strikes('sandbox is lost in a call', name)) return new Promise<T>(() => {});
    const answer = await run();
    if (faults.strikes('call succeeds but its answer is lost', name))
      throw new RetryableError(`${name} timed out`);
    return answer;
  }
}
