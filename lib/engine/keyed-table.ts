import type { DueClock, Slot, StateEntry, StateTable } from '../model/index.ts';
import { DueIndex } from './due-index.ts';

/** An entry as the engine keeps it. */
export interface Entry extends StateEntry {
  due: number | undefined;
  clock: DueClock;
  /** Changed since changes were last taken. */
  isDirty: boolean;
  isDeleted: boolean;
}

/**
 * The keyed state of one operator in memory: what there is, what is due, and what has changed. A key's entry stands by
 * itself; only several are in a map of their own, which takes more room than all else of a small entry.
 */
export class KeyedTable implements StateTable {
  readonly #byKey = new Map<string, Entry | Map<Slot, Entry>>();
  readonly #due = { event: new DueIndex<Entry>(), arrival: new DueIndex<Entry>() };
  #dirty: Entry[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string, slot: Slot): Entry | undefined {
    const held = this.#byKey.get(key);
    if (held instanceof Map) return held.get(slot);
    return held?.slot === slot ? held : undefined;
  }

  *ofKey(key: string): Iterable<Entry> {
    const held = this.#byKey.get(key);
    if (held !== undefined) yield* entriesOf(held);
  }

  *entries(): Iterable<Entry> {
    for (const held of this.#byKey.values()) yield* entriesOf(held);
  }

  put(key: string, slot: Slot, value: unknown, due?: number, clock: DueClock = 'event'): Entry {
    const known = this.get(key, slot);
    const entry = known ?? this.#insert(key, slot, value, due, clock);
    if (known !== undefined) {
      known.value = value;
      this.#postpone(known, due, clock);
    }
    this.touch(entry);
    return entry;
  }

  touch(entry: StateEntry): void {
    const own = entry as Entry;
    if (own.isDirty) return;
    own.isDirty = true;
    this.#dirty.push(own);
  }

  delete(entry: StateEntry): void {
    const own = entry as Entry;
    if (own.isDeleted) return;
    this.#remove(own);
    this.touch(own);
  }

  /** Puts an entry that is stored already. */
  restore(
    key: string,
    slot: Slot,
    value: unknown,
    due: number | undefined,
    clock: DueClock = 'event',
  ): Entry {
    this.forget(key, slot);
    return this.#insert(key, slot, value, due, clock);
  }

  /** Removes an entry whose removal is stored already. */
  forget(key: string, slot: Slot): void {
    const entry = this.get(key, slot);
    if (entry !== undefined) this.#remove(entry);
  }

  nextDue(clock: DueClock = 'event'): number {
    return this.#due[clock].next();
  }

  earliestDue(clock: DueClock = 'event'): readonly Entry[] {
    return this.#due[clock].earliest();
  }

  /** The entries changed since the last call, deleted ones included, each once. */
  takeDirty(): readonly Entry[] {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const entry of dirty) entry.isDirty = false;
    return dirty;
  }

  #insert(key: string, slot: Slot, value: unknown, due: number | undefined, clock: DueClock): Entry {
    const entry: Entry = { key, slot, value, due, clock, isDirty: false, isDeleted: false };
    const held = this.#byKey.get(key);
    if (held === undefined) this.#byKey.set(key, entry);
    else if (held instanceof Map) held.set(slot, entry);
    else {
      this.#byKey.set(
        key,
        new Map([
          [held.slot, held],
          [slot, entry],
        ]),
      );
    }
    if (due !== undefined) this.#due[clock].add(entry, due);
    this.#size += 1;
    return entry;
  }

  #remove(entry: Entry): void {
    const held = this.#byKey.get(entry.key);
    if (held instanceof Map) held.delete(entry.slot);
    if (held === entry || (held instanceof Map && held.size === 0)) this.#byKey.delete(entry.key);
    if (entry.due !== undefined) this.#due[entry.clock].remove(entry, entry.due);
    entry.isDeleted = true;
    this.#size -= 1;
  }

  #postpone(entry: Entry, due: number | undefined, clock: DueClock): void {
    if (entry.due === due && entry.clock === clock) return;
    if (entry.due !== undefined) this.#due[entry.clock].remove(entry, entry.due);
    entry.due = due;
    entry.clock = clock;
    if (due !== undefined) this.#due[clock].add(entry, due);
  }
}

function entriesOf(held: Entry | Map<Slot, Entry>): Iterable<Entry> {
  return held instanceof Map ? held.values() : [held];
}
