import type { StateEntry } from '../model/index.ts';

/** A stored value that knows its place in event time. */
export interface Timed {
  readonly timestamp: number;
}

/** How many entries at least are gone from the front before the array is moved up. */
const WORTH_MOVING = 64;

/**
 * Entries of one key in the order of event time, those of one instant in the order they came: found by time in
 * O(log n), added behind and removed before all others in O(1) on average. Derived from state, never stored.
 *
 * The slot of a row is its timestamp and its number among the rows of that instant, counted from those that are still
 * there. So it follows from state, whether or not this timeline was built anew in between.
 */
export class Timeline<V extends Timed> {
  readonly #prefix: string;
  /** In order of (timestamp, slot). Those before `#first` are gone already. */
  readonly #entries: StateEntry<V>[];
  #first = 0;

  /** @param prefix begins the slots of these entries and of no others of the operator */
  constructor(prefix: string, entries: Iterable<StateEntry<V>> = []) {
    this.#prefix = prefix;
    this.#entries = [...entries]
      .filter(({ slot }) => String(slot).startsWith(prefix))
      .toSorted((a, b) => a.value.timestamp - b.value.timestamp || (a.slot < b.slot ? -1 : 1));
  }

  get isEmpty(): boolean {
    return this.#first === this.#entries.length;
  }

  /** The slot for one more row at this instant. */
  freeSlot(timestamp: number): string {
    const last = this.atOrBefore(timestamp);
    const instant = `${this.#prefix}${timestamp}.`;
    const number =
      last?.value.timestamp === timestamp ? numberOf(String(last.slot).slice(instant.length)) + 1 : 0;
    return instant + sortable(number);
  }

  /** Adds an entry, or puts it in the place of the one with its timestamp and slot. */
  add(entry: StateEntry<V>): void {
    const index = this.#lowerBound(entry.value.timestamp, entry.slot);
    if (this.#entries[index]?.slot === entry.slot) this.#entries[index] = entry;
    else this.#entries.splice(index, 0, entry);
  }

  remove({ slot, value: { timestamp } }: StateEntry<V>): void {
    const index = this.#lowerBound(timestamp, slot);
    if (this.#entries[index]?.slot !== slot) return;
    if (index > this.#first) {
      this.#entries.splice(index, 1);
      return;
    }
    this.#first += 1;
    if (this.#first < Math.max(WORTH_MOVING, this.#entries.length / 2)) return;
    this.#entries.splice(0, this.#first);
    this.#first = 0;
  }

  /** The entries from one instant to another, both inclusive. */
  between(from: number, to: number): readonly StateEntry<V>[] {
    return this.#entries.slice(this.#lowerBound(from), this.#lowerBound(to + 1));
  }

  /** The last entry that is not after this instant. */
  atOrBefore(timestamp: number): StateEntry<V> | undefined {
    const index = this.#lowerBound(timestamp + 1) - 1;
    return index < this.#first ? undefined : this.#entries[index];
  }

  /** The first entry after this instant. */
  after(timestamp: number): StateEntry<V> | undefined {
    return this.#entries[this.#lowerBound(timestamp + 1)];
  }

  /** Where the first entry is that is not before this place; without a slot, before all of the instant. */
  #lowerBound(timestamp: number, slot: StateEntry['slot'] = ''): number {
    let low = this.#first;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && isBefore(entry, timestamp, slot)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isBefore(entry: StateEntry<Timed>, timestamp: number, slot: StateEntry['slot']): boolean {
  return entry.value.timestamp === timestamp ? entry.slot < slot : entry.value.timestamp < timestamp;
}

/** A count as text that sorts as numbers do: the number of its digits goes before them. */
function sortable(count: number): string {
  const digits = String(count);
  return digits.length.toString(36) + digits;
}

function numberOf(text: string): number {
  return Number(text.slice(1));
}
