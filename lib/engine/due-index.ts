import type { StateEntry } from '../model/index.ts';

/**
 * Which entries are due when. Derived from the entries, never stored: it is built again when state is restored.
 *
 * Entries that are due at one instant share a bucket; a binary heap orders the instants. A bucket that lost its last
 * entry stays in the heap until it comes up.
 */
export class DueIndex<E extends StateEntry> {
  readonly #buckets = new Map<number, Set<E>>();
  readonly #heap: number[] = [];

  add(entry: E, due: number): void {
    const bucket = this.#buckets.get(due);
    if (bucket !== undefined) {
      bucket.add(entry);
      return;
    }
    this.#buckets.set(due, new Set([entry]));
    this.#push(due);
  }

  remove(entry: E, due: number): void {
    this.#buckets.get(due)?.delete(entry);
  }

  /** The earliest instant at which something is due, or `Infinity`. */
  next(): number {
    for (;;) {
      const due = this.#heap[0];
      if (due === undefined) return Number.POSITIVE_INFINITY;
      const bucket = this.#buckets.get(due);
      if (bucket !== undefined && bucket.size > 0) return due;
      this.#buckets.delete(due);
      this.#pop();
    }
  }

  /** The entries of the earliest instant, ordered by key and slot: the same order in every replay. */
  earliest(): readonly E[] {
    return [...(this.#buckets.get(this.next()) ?? [])].toSorted(byKeyAndSlot);
  }

  #push(due: number): void {
    const heap = this.#heap;
    let index = heap.push(due) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] ?? 0;
      if (above <= due) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const child =
        (heap[right] ?? Number.POSITIVE_INFINITY) < (heap[left] ?? Number.POSITIVE_INFINITY) ? right : left;
      const below = heap[child];
      if (below === undefined || below >= last) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}

function byKeyAndSlot(a: StateEntry, b: StateEntry): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  if (typeof a.slot === typeof b.slot) return a.slot < b.slot ? -1 : a.slot > b.slot ? 1 : 0;
  return typeof a.slot === 'number' ? -1 : 1;
}
