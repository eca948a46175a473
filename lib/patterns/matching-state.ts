import type { Slot, StateEntry, StateTable } from '../model/index.ts';
import type { Reading } from './reading.ts';

/** What an entry is. Entries of a key that are due together are called back in this order. */
export type EntryKind = 'arrived' | 'begun' | 'held' | 'index';

const PREFIX: Readonly<Record<EntryKind, string>> = { arrived: 'a', begun: 'b', held: 'c', index: 'd' };
const DIGITS = 8;

/** A slot whose order as text is that of the numbers. */
export function slotOf(kind: EntryKind, number = 0): string {
  return PREFIX[kind] + number.toString(36).padStart(DIGITS, '0');
}

export function kindOf(slot: Slot): EntryKind | undefined {
  const letter = String(slot)[0];
  return (['arrived', 'begun', 'held', 'index'] as const).find((kind) => PREFIX[kind] === letter);
}

export function numberOf(slot: Slot): number {
  return Number.parseInt(String(slot).slice(1), 36);
}

/** What is known about a key as long as it has events. */
export interface KeyIndex {
  /** The number of the next event that arrives. */
  readonly arrived: number;
  /** The number of the next event that partial matches hold. */
  readonly held: number;
  /** Which of those begin partial matches, in order. */
  readonly begun: readonly number[];
}

const EMPTY: KeyIndex = { arrived: 0, held: 0, begun: [] };

/** The state of pattern matching for one key. */
export class KeyMatching {
  readonly #state: StateTable;
  readonly key: string;

  constructor(state: StateTable, key: string) {
    this.#state = state;
    this.key = key;
  }

  get index(): KeyIndex {
    return (this.#state.get(this.key, slotOf('index'))?.value as KeyIndex | undefined) ?? EMPTY;
  }

  /** Replaces the index, which stays at least until then. */
  putIndex(index: KeyIndex, due: number): void {
    const entry = this.#state.get(this.key, slotOf('index'));
    if (entry?.due !== undefined && due <= entry.due) {
      entry.value = index;
      this.#state.touch(entry);
    } else {
      this.#state.put(this.key, slotOf('index'), index, due);
    }
  }

  putArrived(number: number, value: unknown, due: number): void {
    this.#state.put(this.key, slotOf('arrived', number), value, due);
  }

  putHeld(ordinal: number, value: unknown, due: number): void {
    this.#state.put(this.key, slotOf('held', ordinal), value, due);
  }

  held(ordinal: number): unknown {
    return this.#state.get(this.key, slotOf('held', ordinal))?.value;
  }

  begun(ordinal: number): readonly Reading[] {
    return (this.#entryOf(ordinal)?.value as readonly Reading[] | undefined) ?? [];
  }

  /** When the time of what this event has begun is over. */
  begunUntil(ordinal: number): number {
    return this.#entryOf(ordinal)?.due ?? Number.NEGATIVE_INFINITY;
  }

  putBegun(ordinal: number, readings: readonly Reading[], due: number): void {
    this.#state.put(this.key, slotOf('begun', ordinal), readings, due);
  }

  replaceBegun(ordinal: number, readings: readonly Reading[]): void {
    const entry = this.#entryOf(ordinal);
    if (entry === undefined) return;
    if (readings.length === 0) {
      this.#state.delete(entry);
    } else {
      entry.value = readings;
      this.#state.touch(entry);
    }
  }

  #entryOf(ordinal: number): StateEntry | undefined {
    return this.#state.get(this.key, slotOf('begun', ordinal));
  }
}
