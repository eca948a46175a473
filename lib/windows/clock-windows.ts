import type { Extracted, Fold, Prepared } from '../aggregators/index.ts';
import type { Event, Operator, OperatorContext, Slot, StateEntry, WindowRange } from '../model/index.ts';
import { floorMod } from '../time/index.ts';
import type { WindowAssigner } from './assign.ts';
import { isUpdating, type WindowPolicy } from './policy.ts';
import { lateFor, legible, windowResult, type Standing } from './row.ts';

/** What is known of one key in one window. */
interface OpenWindow {
  readonly accumulators: unknown[];
  /** Records since the last result. */
  news?: number;
  /** It has closed, and can only be corrected now. */
  isClosed?: boolean;
}

interface Folding {
  readonly window: WindowRange;
  readonly known: StateEntry<OpenWindow> | undefined;
  readonly accumulators: unknown[];
  readonly prepared: Prepared;
}

type Context = OperatorContext<OpenWindow>;

/**
 * Aggregates each key in each window it has events in, one entry for each: for windows that don't overlap, and for all
 * that speak before or after they close.
 *
 * State: an entry (key, window) with the accumulators, due when it must next be looked at: at the next interval after
 * which it speaks, when it closes (end + grace), when it can't be corrected any more (+ lateness).
 *
 * 1. An event none of whose windows can still take it, or that lies too far ahead, goes to the late output.
 * 2. Otherwise it is folded into those that can, and each speaks if its policy says so.
 * 3. At end + grace the results go out; at the end of the lateness once more, as the last.
 */
export class ClockWindows implements Operator<OpenWindow> {
  readonly #assigner: WindowAssigner;
  readonly #policy: WindowPolicy;
  readonly #fold: Fold;
  readonly #isUpdating: boolean;

  constructor(assigner: WindowAssigner, policy: WindowPolicy, fold: Fold) {
    this.#assigner = assigner;
    this.#policy = policy;
    this.#fold = fold;
    this.#isUpdating = isUpdating(policy);
  }

  onEvent(event: Event, context: Context): void {
    const { key = '', value, timestamp } = event;
    const windows = this.#assigner.windowsOf(timestamp);
    const taking =
      event.isAhead === true ? [] : windows.filter((window) => context.watermark < this.#forgottenAt(window));
    const last = windows.at(-1);
    if (taking.length === 0 && last !== undefined) {
      context.emitLate(lateFor(legible(event, this.#fold), context.watermark, last));
      return;
    }
    if (event.isPartial === true) {
      for (const window of taking) this.#merge(key, window, value as readonly unknown[], context);
      return;
    }
    const extracted = this.#fold.extract(value, timestamp);
    const foldings = taking.map((window) => this.#folding(key, window, extracted, context));
    for (const { window, accumulators, prepared, known } of foldings) {
      this.#fold.add(accumulators, prepared);
      const entry = known ?? this.#open(key, window, accumulators, context);
      if (known !== undefined) context.state.touch(known);
      if (this.#isUpdating) this.#speakEarly(entry, window, context);
    }
  }

  /** Nothing is folded into any window before every window has taken the value. */
  #folding(key: string, window: WindowRange, extracted: Extracted, context: Context): Folding {
    const known = context.state.get(key, this.#slotOf(window));
    const accumulators = known?.value.accumulators ?? this.#fold.init();
    return { window, accumulators, known, prepared: this.#fold.prepare(accumulators, extracted) };
  }

  #merge(key: string, window: WindowRange, partial: readonly unknown[], context: Context): void {
    const known = context.state.get(key, this.#slotOf(window));
    const accumulators = known?.value.accumulators ?? this.#fold.init();
    this.#fold.merge(accumulators, partial);
    if (known === undefined) this.#open(key, window, accumulators, context);
    else context.state.touch(known);
  }

  onDue(entry: StateEntry<OpenWindow>, context: Context): void {
    const window = this.#windowOf(entry.slot);
    const { value, due } = entry;
    if (due === this.#forgottenAt(window)) {
      this.#emit(entry, window, this.#isUpdating ? 'last' : 'final', context);
      return;
    }
    if (due === this.#closesAt(window)) value.isClosed = true;
    this.#emit(entry, window, 'update', context);
    delete value.news;
    const next = value.isClosed === true ? this.#forgottenAt(window) : this.#closesAt(window);
    context.state.put(entry.key, entry.slot, value, next);
  }

  #open(key: string, window: WindowRange, accumulators: unknown[], context: Context): StateEntry<OpenWindow> {
    const isClosed = context.watermark >= this.#closesAt(window);
    const due = isClosed ? this.#forgottenAt(window) : this.#closesAt(window);
    const opened: OpenWindow = { accumulators, ...(isClosed && { isClosed }) };
    return context.state.put(key, this.#slotOf(window), opened, due);
  }

  #speakEarly(entry: StateEntry<OpenWindow>, window: WindowRange, context: Context): void {
    const { early } = this.#policy;
    const { value } = entry;
    const news = (value.news ?? 0) + 1;
    if (value.isClosed === true || early.kind === 'on-update') {
      this.#emit(entry, window, 'update', context);
    } else if (early.kind === 'after-count') {
      value.news = news % early.count;
      if (value.news === 0) this.#emit(entry, window, 'update', context);
    } else if (early.kind === 'every') {
      value.news = news;
      if (news > 1) return;
      const now = Math.max(context.watermark, window.start);
      const due = Math.min(now - floorMod(now, early.everyMs) + early.everyMs, this.#closesAt(window));
      if (due !== entry.due) context.state.put(entry.key, entry.slot, value, due);
    }
  }

  #emit(entry: StateEntry<OpenWindow>, window: WindowRange, standing: Standing, context: Context): void {
    const result = windowResult(this.#fold, entry.key, window, entry.value.accumulators, standing);
    const isSharedStart = typeof entry.slot === 'string';
    context.emit(isSharedStart ? { ...result, row: new Date(window.end).toISOString() } : result);
  }

  #closesAt({ end }: WindowRange): number {
    return end + this.#policy.graceMs;
  }

  #forgottenAt({ end }: WindowRange): number {
    return end + this.#policy.graceMs + this.#policy.latenessMs;
  }

  /** A window is stored under its start, or under both ends where several begin together. */
  #slotOf({ start, end }: WindowRange): Slot {
    return this.#assigner.startingAt(start) === undefined ? `${start}/${end}` : start;
  }

  #windowOf(slot: Slot): WindowRange {
    const known = typeof slot === 'number' ? this.#assigner.startingAt(slot) : undefined;
    if (known !== undefined) return known;
    const [start, end] = String(slot).split('/').map(Number);
    return { start: start ?? Number.NaN, end: end ?? Number.NaN };
  }
}
