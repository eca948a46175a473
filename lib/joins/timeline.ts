import type { StateEntry } from '../model/index.ts';

/** A stored value that knows its place in event time. */
export interface Timed {
  readonly timestamp: number;
}

const TIE_DIGITS = 6;

/**
 * Entries of one key in the order of event time, those of one instant in the order they came: found by time in
 * O(log n). Derived from state, never stored.
 *
 * The slot of a row is its timestamp and its number among the rows of that instant, counted from those that are still
 * there. So it follows from state, whether or not this timeline was built anew in between.
 */
export class Timeline<V extends Timed> {
  readonly #prefix: string;
  readonly #entries: StateEntry<V>[];

  /** @param prefix begins the slots of these entries and of no others of the operator */
  constructor(prefix: string, entries: Iterable<StateEntry<V>> = []) {
    this.#prefix = prefix;
    this.#entries = [...entries]
      .filter(({ slot }) => String(slot).startsWith(prefix))
      .toSorted((a, b) => a.value.timestamp - b.value.timestamp || (a.slot < b.slot ? -1 : 1));
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** The slot for one more row at this instant. */
  freeSlot(timestamp: number): string {
    const last = this.atOrBefore(timestamp);
    const isTie = last?.value.timestamp === timestamp;
    const number = isTie ? Number(String(last?.slot).slice(-TIE_DIGITS)) + 1 : 0;
    return `${this.#prefix}${timestamp}.${String(number).padStart(TIE_DIGITS, '0')}`;
  }

  /** Adds an entry behind those of its instant, or in the place of the one with its slot. */
  add(entry: StateEntry<V>): void {
    const { timestamp } = entry.value;
    const end = this.#firstAfter(timestamp);
    for (let index = end - 1; this.#entries[index]?.value.timestamp === timestamp; index -= 1) {
      if (this.#entries[index]?.slot !== entry.slot) continue;
      this.#entries[index] = entry;
      return;
    }
    this.#entries.splice(end, 0, entry);
  }

  remove({ slot, value: { timestamp } }: StateEntry<V>): void {
    let index = this.#firstAfter(timestamp - 1);
    while (this.#entries[index]?.value.timestamp === timestamp && this.#entries[index]?.slot !== slot)
      index += 1;
    if (this.#entries[index]?.slot !== slot) return;
    if (index === 0) this.#entries.shift();
    else this.#entries.splice(index, 1);
  }

  /** The entries from one instant to another, both inclusive. */
  between(from: number, to: number): readonly StateEntry<V>[] {
    return this.#entries.slice(this.#firstAfter(from - 1), this.#firstAfter(to));
  }

  /** The last entry that is not after this instant. */
  atOrBefore(timestamp: number): StateEntry<V> | undefined {
    return this.#entries[this.#firstAfter(timestamp) - 1];
  }

  /** The first entry after this instant. */
  after(timestamp: number): StateEntry<V> | undefined {
    return this.#entries[this.#firstAfter(timestamp)];
  }

  #firstAfter(timestamp: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.value.timestamp ?? Infinity) <= timestamp) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
