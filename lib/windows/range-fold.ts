import type { Fold } from '../aggregators/index.ts';

/**
 * The fold over a range of ordered panes that moves forward, at a cost that doesn't depend on how many panes it holds.
 *
 * The panes of a range are split at a boundary. Left of it there are suffixes, folded once from right to left; right
 * of it one prefix that grows with the range: a result is one suffix and the prefix merged. When the range has moved
 * past the boundary, its caller names the next one.
 *
 * Everything here follows from panes and boundary, so it is never stored; and since the boundary alone decides in which
 * order panes are merged, results are the same whether this was built just now or long ago.
 * @see Tangwongsan, Hirzel, Schneider, "Low-Latency Sliding-Window Aggregation in Worst-Case Constant Time", 2017
 * @see van Herk, "A fast algorithm for local minimum and maximum filters on rectangular and octagonal kernels", 1992
 */
export class RangeFold {
  readonly #fold: Fold;
  #positions: number[] = [];
  #panes: (readonly unknown[])[] = [];
  /** How many of the first panes are gone; they are cut off together. */
  #gone = 0;
  #boundary: number | undefined;
  /** For panes left of the boundary: each merged with all between it and the boundary, last one first. */
  #suffixes: unknown[][] = [];
  #suffixPositions: number[] = [];
  #prefix: unknown[] = [];
  /** Index of the first pane that isn't in the prefix. */
  #prefixEnd = 0;

  constructor(fold: Fold) {
    this.#fold = fold;
  }

  get isEmpty(): boolean {
    return this.#gone === this.#positions.length;
  }

  /** The first pane's position. */
  get first(): number | undefined {
    return this.#positions[this.#gone];
  }

  get last(): number | undefined {
    return this.isEmpty ? undefined : this.#positions.at(-1);
  }

  /** Adds a pane. One before those that were asked for makes their folds begin anew. */
  add(position: number, accumulators: readonly unknown[]): void {
    const { last } = this;
    const index = last === undefined || position > last ? this.#positions.length : this.#indexOf(position);
    if (index < this.#prefixEnd || position < (this.#boundary ?? position)) this.#boundary = undefined;
    if (index === this.#positions.length) {
      this.#positions.push(position);
      this.#panes.push(accumulators);
    } else {
      this.#positions.splice(index, 0, position);
      this.#panes.splice(index, 0, accumulators);
    }
  }

  /** A pane's accumulators have changed: folds that hold it begin anew. */
  changed(position: number): void {
    if (this.#indexOf(position) < this.#prefixEnd) this.#boundary = undefined;
  }

  /** Removes every pane before this position, and answers with where they were. */
  removeBefore(position: number): readonly number[] {
    let end = this.#gone;
    while ((this.#positions[end] ?? position) < position) end += 1;
    if (end === this.#gone) return [];
    const removed = this.#positions.slice(this.#gone, end);
    this.#gone = end;
    if (this.#gone > this.#positions.length / 2) this.#cutOff();
    return removed;
  }

  /** The fold over panes from `from` up to but not including `to`, split at `boundary`; the caller owns it. */
  over(from: number, boundary: number, to: number): unknown[] {
    if (boundary !== this.#boundary) this.#splitAt(from, boundary);
    for (; this.#prefixEnd < this.#positions.length; this.#prefixEnd += 1) {
      if ((this.#positions[this.#prefixEnd] ?? 0) >= to) break;
      this.#fold.merge(this.#prefix, this.#panes[this.#prefixEnd] ?? []);
    }
    while ((this.#suffixPositions.at(-1) ?? from) < from) {
      this.#suffixPositions.pop();
      this.#suffixes.pop();
    }
    const result = this.#fold.init();
    const suffix = this.#suffixes.at(-1);
    if (suffix !== undefined) this.#fold.merge(result, suffix);
    this.#fold.merge(result, this.#prefix);
    return result;
  }

  #splitAt(from: number, boundary: number): void {
    const start = this.#indexOf(from);
    const end = this.#indexOf(boundary);
    this.#suffixes = [];
    this.#suffixPositions = [];
    let behind: unknown[] | undefined;
    for (let index = end - 1; index >= start; index -= 1) {
      const suffix = this.#fold.init();
      this.#fold.merge(suffix, this.#panes[index] ?? []);
      if (behind !== undefined) this.#fold.merge(suffix, behind);
      this.#suffixes.push(suffix);
      this.#suffixPositions.push(this.#positions[index] ?? 0);
      behind = suffix;
    }
    this.#prefix = this.#fold.init();
    this.#prefixEnd = Math.max(end, start);
    this.#boundary = boundary;
  }

  /** The index of the first pane at or after this position. */
  #indexOf(position: number): number {
    let low = this.#gone;
    let high = this.#positions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#positions[middle] ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #cutOff(): void {
    this.#positions = this.#positions.slice(this.#gone);
    this.#panes = this.#panes.slice(this.#gone);
    this.#prefixEnd = Math.max(0, this.#prefixEnd - this.#gone);
    this.#gone = 0;
  }
}
