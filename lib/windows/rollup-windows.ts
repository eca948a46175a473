import type { Fold } from '../aggregators/index.ts';
import type { Event, Operator, OperatorContext, StateEntry, WindowRange } from '../model/index.ts';
import { tumblingAt } from './assign.ts';
import { lateFor, windowResult } from './row.ts';
import type { RollupSpec } from './window-spec.ts';

interface Window {
  readonly accumulators: unknown[];
}

type Context = OperatorContext<Window>;

/**
 * Aggregates each key in windows of several sizes, the larger made of the smaller.
 *
 * State: an entry (key, size and start) with accumulators, due at its window's end + grace.
 *
 * 1. An event is folded into the smallest of its windows that is still open. If none is, or it lies too far ahead, it goes
 *    to the late output.
 * 2. When a window closes, its results go out and it is merged into the next larger one; of windows that end together
 *    the smaller close first.
 */
export class RollupWindows implements Operator<Window> {
  readonly #sizesMs: readonly number[];
  readonly #graceMs: number;
  readonly #fold: Fold;

  constructor({ sizesMs }: RollupSpec, graceMs: number, fold: Fold) {
    this.#sizesMs = sizesMs;
    this.#graceMs = graceMs;
    this.#fold = fold;
  }

  onEvent(event: Event, context: Context): void {
    const { key = '', value, timestamp } = event;
    const windows = this.#sizesMs.map((sizeMs) => tumblingAt(timestamp, sizeMs));
    const smallest =
      event.isAhead === true ? undefined : windows.find(({ end }) => context.watermark < end + this.#graceMs);
    const largest = windows.at(-1);
    if (smallest === undefined) {
      if (largest !== undefined) context.emitLate(lateFor(event, context.watermark, largest));
      return;
    }
    const extracted = this.#fold.extract(value, timestamp);
    const known = context.state.get(key, slotOf(smallest));
    const accumulators = known?.value.accumulators ?? this.#fold.init();
    this.#fold.add(accumulators, this.#fold.prepare(accumulators, extracted));
    if (known !== undefined) context.state.touch(known);
    else context.state.put(key, slotOf(smallest), { accumulators }, smallest.end + this.#graceMs);
  }

  onDue(entry: StateEntry<Window>, context: Context): void {
    const [start = 0, end = 0] = String(entry.slot).split('/').map(Number);
    this.#close(entry, { start, end }, context);
  }

  #close(entry: StateEntry<Window>, window: WindowRange, context: Context): void {
    const level = this.#sizesMs.indexOf(window.end - window.start);
    this.#closeSmaller(entry.key, window.end, level, context);
    const larger = this.#sizesMs[level + 1];
    if (larger !== undefined) {
      const above = this.#entryOf(entry.key, tumblingAt(window.start, larger), context);
      this.#fold.merge(above.value.accumulators, entry.value.accumulators);
      context.state.touch(above);
    }
    context.state.delete(entry);
    const result = windowResult(this.#fold, entry.key, window, entry.value.accumulators);
    context.emit({ ...result, row: new Date(window.end).toISOString() });
  }

  /** Of each smaller size one window ends at the same time, and may not have been called back yet. */
  #closeSmaller(key: string, end: number, level: number, context: Context): void {
    for (const sizeMs of this.#sizesMs.slice(0, level)) {
      const window = { start: end - sizeMs, end };
      const entry = context.state.get(key, slotOf(window));
      if (entry !== undefined) this.#close(entry, window, context);
    }
  }

  #entryOf(key: string, window: WindowRange, context: Context): StateEntry<Window> {
    const slot = slotOf(window);
    return (
      context.state.get(key, slot) ??
      context.state.put(key, slot, { accumulators: this.#fold.init() }, window.end + this.#graceMs)
    );
  }
}

function slotOf({ start, end }: WindowRange): string {
  return `${start}/${end}`;
}
