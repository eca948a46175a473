import type { InputStream } from '../../engine/index.ts';
import {
  decodeTail,
  encodeTail,
  type Invocation,
  type JournalStore,
  type Tail,
} from '../../journal/index.ts';
import type { InputRecord, TableOutput } from '../../model/index.ts';
import type { SimulatedWorld } from './sandbox.ts';

/** Breaks something that a simulated task relies on. */
export type Mutate = (world: SimulatedWorld) => SimulatedWorld;

/** Changes some of what the journal's store does. */
export function withStore(change: (store: JournalStore) => Partial<JournalStore>): Mutate {
  return (world) => {
    const { store } = world;
    const bound: JournalStore = {
      slots: store.slots,
      readSlot: (task, n) => store.readSlot(task, n),
      readRing: (task) => store.readRing(task),
      append: (task, entry) => store.append(task, entry),
      writeCheckpoint: (task, name, pieces) => store.writeCheckpoint(task, name, pieces),
      readCheckpoint: (task, ref) => store.readCheckpoint(task, ref),
      removeCheckpoints: (task, n, kept) => store.removeCheckpoints(task, n, kept),
    };
    return { ...world, store: { ...bound, ...change(bound) } };
  };
}

/** A tail as it is handed on, and the window it is said to be of. */
export type Retold = { readonly tail: Tail; readonly window: string };

/** Changes the tail that a task is handed; `tip` is the number of the newest entry of its journal. */
export function withTail(change: (tail: Tail, invocation: Invocation, tip: number) => Retold): Mutate {
  return (world) => ({
    ...world,
    newTask: (shardId, ports, version) => {
      const task = world.newTask(shardId, ports, version);
      return {
        invoke: async (invocation) => {
          const state = invocation.windowState;
          const scope = isTailState(state) ? { plan: state.plan, window: state.window } : undefined;
          const tail = scope && decodeTail(state, scope);
          if (scope === undefined || tail === undefined) return task.invoke(invocation);
          const ring = await world.store.readRing(`orders/orders/${shardId}`);
          const retold = change(tail, invocation, Math.max(...ring.map(({ n }) => n)));
          const windowState = encodeTail(retold.tail, { plan: scope.plan, window: retold.window });
          return task.invoke({ ...invocation, windowState });
        },
      };
    },
  });
}

function isTailState(state: unknown): state is { readonly plan: string; readonly window: string } {
  return typeof state === 'object' && state !== null && 'plan' in state && 'window' in state;
}

/** Changes what the input says of its shards, and what is read back from it. */
export function withStream(
  change: (stream: SimulatedWorld['stream']) => Partial<SimulatedWorld['stream']>,
): Mutate {
  return (world) => {
    const bound: SimulatedWorld['stream'] = {
      readAfter: (shardId, position) => world.stream.readAfter(shardId, position),
      describeShard: (shardId) => world.stream.describeShard(shardId),
    };
    return { ...world, stream: { ...bound, ...change(bound) } };
  };
}

/** Changes how outputs are delivered. */
export function withSinks(
  change: (world: SimulatedWorld) => (outputs: readonly TableOutput[]) => Promise<readonly TableOutput[]>,
): Mutate {
  return (world) => ({ ...world, sinks: { deliver: change(world) } });
}

/** Changes the records a task gets, however it gets them. */
export function withRecords(change: (record: InputRecord, shardId: string) => InputRecord): Mutate {
  return (world) => ({
    ...world,
    newTask: (shardId, ports, version) => {
      const stream: InputStream = {
        ...ports.stream,
        readAfter: async function* (shard, position) {
          for await (const records of ports.stream.readAfter(shard, position))
            yield records.map((record) => change(record, shard));
        },
      };
      const task = world.newTask(shardId, { ...ports, stream }, version);
      return {
        invoke: (invocation) =>
          task.invoke({
            ...invocation,
            records: invocation.records.map((record) => change(record, shardId)),
          }),
      };
    },
  });
}
