import type { Change } from './change.ts';
import type { Entries, Fields, Item, Store, Write } from './dynalite.ts';

/**
 * Stores that stand between an action of dynalite and the real store. They rest on how its write actions go about one
 * item: `getItemDb` once, `lock` its key, `get` it, check the condition, write index entries, `put` or `del` it,
 * release. So the last item read is what the condition was checked against and what the write replaces.
 */

export interface ObservedStore {
  readonly store: Store;
  /** The item the last condition was checked against, for operations on a single item. */
  readonly lastRead: () => Item | undefined;
}

/** A view that tells `onCommit` of each item written, after it is stored and before its lock is released. */
export function observe(store: Store, onCommit: (change: Change) => void): ObservedStore {
  let lastRead: Item | undefined;
  const getItemDb = (table: string): Entries<Item> => {
    const items = store.getItemDb(table);
    let before: Item | undefined;
    const commit = (after: Item | undefined): void => onCommit({ table, before, after });
    return {
      ...items,
      get: (key, done) =>
        items.get(key, (error, item) => {
          lastRead = before = item;
          done(error, item);
        }),
      put: (key, value, done) =>
        items.put(key, value, (error) => {
          if (!error) commit(value);
          done(error);
        }),
      del: (key, done) =>
        items.del(key, (error) => {
          if (!error) commit(undefined);
          done(error);
        }),
    };
  };
  return { store: { ...store, getItemDb }, lastRead: () => lastRead };
}

export interface StagedStore {
  readonly store: Store;
  readonly writes: Write[];
  readonly changes: Change[];
  readonly lastRead: () => Item | undefined;
}

/** A view that reads the real store and collects writes instead of making them. The caller holds the items' locks. */
export function stage(store: Store): StagedStore {
  const writes: Write[] = [];
  const changes: Change[] = [];
  const staging = (entries: Entries<Item>, prefix: string): Entries<Item> => ({
    ...entries,
    lock: (_key, body) => body((done) => done),
    put: (key, value, done) => {
      writes.push({ type: 'put', key: prefix + key, value });
      done();
    },
    del: (key, done) => {
      writes.push({ type: 'del', key: prefix + key });
      done();
    },
  });
  const { store: observed, lastRead } = observe(
    {
      ...store,
      getItemDb: (table) => staging(store.getItemDb(table), `item-${table}~`),
      getIndexDb: (kind, table, index) =>
        staging(store.getIndexDb(kind, table, index), `index-${kind.toLowerCase()}~${table}~${index}~`),
    },
    (change) => changes.push(change),
  );
  return { store: observed, writes, changes, lastRead };
}

export interface SettlingStore {
  readonly store: Store;
  /** Resolves once a table operation is over, which dynalite does after answering. */
  readonly settled: Promise<void>;
}

/** A view in which the second write to the list of tables can be awaited: it ends CREATING, UPDATING or DELETING. */
export function settling(store: Store): SettlingStore {
  const { tableDb } = store;
  let settle: (() => void) | undefined;
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  let writes = 0;
  const counted =
    (done: (error?: Error | null) => void) =>
    (error?: Error | null): void => {
      done(error);
      writes += 1;
      if (writes === 2) settle?.();
    };
  const view = {
    ...tableDb,
    put: (key: string, value: Fields, done: (error?: Error | null) => void) =>
      tableDb.put(key, value, counted(done)),
    del: (key: string, done: (error?: Error | null) => void) => tableDb.del(key, counted(done)),
  };
  return { store: { ...store, tableDb: view }, settled };
}
