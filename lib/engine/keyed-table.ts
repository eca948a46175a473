import type { DueClock, Slot, StateEntry, StateTable } from '../model/index.ts';
import { DueIndex } from './due-index.ts';

/** An entry as the engine keeps it. */
export interface Entry extends StateEntry {
  readonly due: number | undefined;
  /** Changed since changes were last taken. */
  isDirty: boolean;
  isDeleted: boolean;
}

/** The keyed state of one operator in memory: what there is, what is due, and what has changed. */
export class KeyedTable implements StateTable {
  readonly #byKey = new Map<string, Map<Slot, Entry>>();
  readonly #due = { event: new DueIndex<Entry>(), arrival: new DueIndex<Entry>() };
  #dirty: Entry[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string, slot: Slot): Entry | undefined {
    return this.#byKey.get(key)?.get(slot);
  }

  *ofKey(key: string): Iterable<Entry> {
    yield* this.#byKey.get(key)?.values() ?? [];
  }

  *entries(): Iterable<Entry> {
    for (const slots of this.#byKey.values()) yield* slots.values();
  }

  put(key: string, slot: Slot, value: unknown, due?: number, clock: DueClock = 'event'): Entry {
    const entry = this.restore(key, slot, value, due, clock);
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
    this.forget(own.key, own.slot);
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
    const entry: Entry = { key, slot, value, due, clock, isDirty: false, isDeleted: false };
    const slots = this.#byKey.get(key);
    if (slots === undefined) this.#byKey.set(key, new Map([[slot, entry]]));
    else slots.set(slot, entry);
    if (due !== undefined) this.#due[clock].add(entry, due);
    this.#size += 1;
    return entry;
  }

  /** Removes an entry whose removal is stored already. */
  forget(key: string, slot: Slot): void {
    const slots = this.#byKey.get(key);
    const entry = slots?.get(slot);
    if (slots === undefined || entry === undefined) return;
    entry.isDeleted = true;
    slots.delete(slot);
    if (slots.size === 0) this.#byKey.delete(key);
    if (entry.due !== undefined) this.#due[entry.clock].remove(entry, entry.due);
    this.#size -= 1;
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
}
