import type { Fold } from '../aggregators/index.ts';
import type { Event, Operator, OperatorContext, StateEntry, WindowRange } from '../model/index.ts';
import { tumblingAt } from './assign.ts';
import { RangeFold } from './range-fold.ts';
import { lateFor, legible, windowResult } from './row.ts';
import type { CumulateSpec, HoppingSpec } from './window-spec.ts';

interface Pane {
  readonly accumulators: unknown[];
}

/** One pane; in the entry that says what comes next, the end of that window. */
type Kept = Pane | number;
type Context = OperatorContext<Kept>;

/** Where overlapping windows lie. Every window is made of whole panes. */
interface Geometry {
  readonly paneMs: number;
  readonly offsetMs: number;
  /** The end of the first window to end after this instant. */
  readonly endAfter: (instant: number) => number;
  /** The end of the last window the instant lies in. */
  readonly lastEnd: (instant: number) => number;
  readonly startOf: (end: number) => number;
  /** Where the panes of a window are split, so that neighbouring windows share what they have folded. */
  readonly boundaryOf: (window: WindowRange) => number;
  /** Several windows have the same start, so it doesn't name one of them. */
  readonly beginTogether: boolean;
}

const NEXT = 'next';

/**
 * Aggregates each key in windows that overlap. An event is folded into one pane, and a window is put together from
 * what its neighbours have folded already, so neither depends on how many windows an instant lies in.
 *
 * State: an entry (key, pane start) with the pane's accumulators, until the last of its windows has closed; and an entry
 * (key, `next`) with the end of the next window to close, due at end + grace.
 *
 * 1. An event whose windows have all closed, or that lies too far ahead, goes to the late output.
 * 2. Otherwise it is folded into its pane; the next window to close may now be an earlier one.
 * 3. At end + grace that window's results go out, panes that nobody needs any more go, and the next window is named.
 */
export class PaneWindows implements Operator<Kept> {
  readonly #geometry: Geometry;
  readonly #graceMs: number;
  readonly #fold: Fold;
  /** Follows from the state. */
  readonly #panes = new Map<string, RangeFold>();

  constructor(spec: HoppingSpec | CumulateSpec, graceMs: number, fold: Fold) {
    this.#geometry = spec.kind === 'hopping' ? hoppingGeometry(spec) : cumulateGeometry(spec);
    this.#graceMs = graceMs;
    this.#fold = fold;
  }

  onEvent(event: Event, context: Context): void {
    const { key = '', value, timestamp } = event;
    const { paneMs, offsetMs, lastEnd, startOf } = this.#geometry;
    const end = lastEnd(timestamp);
    if (event.isAhead === true || context.watermark >= end + this.#graceMs) {
      context.emitLate(lateFor(legible(event, this.#fold), context.watermark, { start: startOf(end), end }));
      return;
    }
    const pane = tumblingAt(timestamp, paneMs, offsetMs).start;
    const entry = context.state.get(key, pane);
    const known = entry !== undefined && typeof entry.value !== 'number' ? entry.value : undefined;
    const accumulators = known?.accumulators ?? this.#fold.init();
    if (event.isPartial === true) this.#fold.merge(accumulators, value as readonly unknown[]);
    else {
      const extracted = this.#fold.extract(value, timestamp);
      this.#fold.add(accumulators, this.#fold.prepare(accumulators, extracted));
    }
    if (entry !== undefined && known !== undefined) {
      context.state.touch(entry);
      this.#panes.get(key)?.changed(pane);
    } else {
      context.state.put(key, pane, { accumulators });
      this.#panes.get(key)?.add(pane, accumulators);
    }
    this.#lookAhead(key, pane, context);
  }

  onDue({ key, value }: StateEntry<Kept>, context: Context): void {
    const { startOf, endAfter, boundaryOf, beginTogether } = this.#geometry;
    const end = Number(value);
    const window = { start: startOf(end), end };
    const panes = this.#panesOf(key, context);
    const accumulators = panes.over(window.start, boundaryOf(window), end);
    const next = endAfter(end);
    for (const pane of panes.removeBefore(startOf(next))) {
      const entry = context.state.get(key, pane);
      if (entry !== undefined) context.state.delete(entry);
    }
    const { first } = panes;
    if (first === undefined) this.#panes.delete(key);
    else this.#comeBack(key, Math.max(next, endAfter(first)), context);
    const result = windowResult(this.#fold, key, window, accumulators);
    context.emit(beginTogether ? { ...result, row: new Date(end).toISOString() } : result);
  }

  #lookAhead(key: string, pane: number, context: Context): void {
    const { endAfter } = this.#geometry;
    const closedUpTo = context.watermark - this.#graceMs;
    const end = Number.isFinite(closedUpTo) ? Math.max(endAfter(pane), endAfter(closedUpTo)) : endAfter(pane);
    const next = context.state.get(key, NEXT);
    if (next === undefined || Number(next.value) > end) this.#comeBack(key, end, context);
  }

  #comeBack(key: string, end: number, context: Context): void {
    context.state.put(key, NEXT, end, end + this.#graceMs);
  }

  #panesOf(key: string, context: Context): RangeFold {
    const known = this.#panes.get(key);
    if (known !== undefined) return known;
    const panes = new RangeFold(this.#fold);
    for (const { slot, value } of context.state.ofKey(key)) {
      if (typeof slot === 'number' && typeof value !== 'number') panes.add(slot, value.accumulators);
    }
    this.#panes.set(key, panes);
    return panes;
  }
}

function hoppingGeometry({ sizeMs, everyMs, offsetMs }: HoppingSpec): Geometry {
  const endAfter = (instant: number): number => tumblingAt(instant - sizeMs, everyMs, offsetMs).end + sizeMs;
  return {
    paneMs: greatestCommonDivisor(sizeMs, everyMs),
    offsetMs,
    endAfter,
    lastEnd: (instant) => tumblingAt(instant, everyMs, offsetMs).start + sizeMs,
    startOf: (end) => end - sizeMs,
    boundaryOf: ({ start }) => {
      const block = tumblingAt(start, sizeMs, offsetMs);
      return block.start === start ? start : block.end;
    },
    beginTogether: false,
  };
}

function cumulateGeometry({ stepMs, maxMs, offsetMs }: CumulateSpec): Geometry {
  const startOf = (end: number): number => tumblingAt(end - 1, maxMs, offsetMs).start;
  return {
    paneMs: stepMs,
    offsetMs,
    endAfter: (instant) => tumblingAt(instant, stepMs, offsetMs).end,
    lastEnd: (instant) => tumblingAt(instant, maxMs, offsetMs).end,
    startOf,
    boundaryOf: ({ start }) => start,
    beginTogether: true,
  };
}

/** Euclid's. */
export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
