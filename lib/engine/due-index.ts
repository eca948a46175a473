import type { StateEntry } from '../model/index.ts';

/**
 * Which entries are due when. Derived from the entries, never stored: it is built again when state is restored.
 *
 * Entries that are due at one instant share a bucket, which is a set only if there are several; a binary heap orders
 * the instants. A bucket that lost its last entry stays in the heap until it comes up.
 */
export class DueIndex<E extends StateEntry> {
  readonly #buckets = new Map<number, E | Set<E> | undefined>();
  readonly #heap: number[] = [];
  /** The answer of `next`, as long as it is known. */
  #soonest: number | undefined;

  add(entry: E, due: number): void {
    const bucket = this.#buckets.get(due);
    if (bucket instanceof Set) bucket.add(entry);
    else if (bucket !== undefined) this.#buckets.set(due, new Set([bucket, entry]));
    else {
      const isQueued = this.#buckets.has(due);
      this.#buckets.set(due, entry);
      if (!isQueued) this.#push(due);
      if (this.#soonest !== undefined && due < this.#soonest) this.#soonest = due;
    }
  }

  remove(entry: E, due: number): void {
    const bucket = this.#buckets.get(due);
    if (bucket instanceof Set) bucket.delete(entry);
    else if (bucket === entry) this.#buckets.set(due, undefined);
    if (due === this.#soonest) this.#soonest = undefined;
  }

  /** The earliest instant at which something is due, or `Infinity`. */
  next(): number {
    this.#soonest ??= this.#findSoonest();
    return this.#soonest;
  }

  /** The entries of the earliest instant, ordered by key and slot: the same order in every replay. */
  earliest(): readonly E[] {
    const bucket = this.#buckets.get(this.next());
    if (bucket instanceof Set) return [...bucket].toSorted(byKeyAndSlot);
    return bucket === undefined ? [] : [bucket];
  }

  #findSoonest(): number {
    for (;;) {
      const due = this.#heap[0];
      if (due === undefined) return Number.POSITIVE_INFINITY;
      const bucket = this.#buckets.get(due);
      if (bucket instanceof Set ? bucket.size > 0 : bucket !== undefined) return due;
      this.#buckets.delete(due);
      this.#pop();
    }
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
