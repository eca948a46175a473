import type { Fold } from '../aggregators/index.ts';
import type { Event, Operator, OperatorContext, StateEntry } from '../model/index.ts';
import { RangeFold } from './range-fold.ts';
import { lateFor, windowResult } from './row.ts';
import type { TrailingSpec } from './window-spec.ts';

/** The events of a key at one instant. */
interface Instant {
  readonly accumulators: unknown[];
  /** Its result is out; it stays for those that look back at it. */
  isPast?: boolean;
}

/** In the entry that says where the window is split: an instant. */
type Kept = Instant | number;
type Context = OperatorContext<Kept>;

const BOUNDARY = 'boundary';

/**
 * Aggregates, for each instant at which a key has events, everything from `size` before it up to and with it. Instants
 * are taken in the order of event time, whatever the order of the log; each gets its result once nothing before it or
 * at it is expected any more.
 *
 * State: an entry (key, instant) with the accumulators of that instant alone, due just after it (+ grace), and again
 * when nobody can look back at it any more; and an entry (key, `boundary`) with the instant at which the window is
 * split into what is folded from the right and what is folded from the left.
 *
 * 1. An event at an instant that is past, or that lies too far ahead, goes to the late output.
 * 2. Otherwise it is folded into its instant.
 * 3. When the instant is past, it joins the window, what lies more than `size` before it leaves, and the result goes out.
 */
export class TrailingWindows implements Operator<Kept> {
  readonly #sizeMs: number;
  readonly #graceMs: number;
  readonly #fold: Fold;
  /** Past instants; follows from the state. */
  readonly #past = new Map<string, RangeFold>();

  constructor({ sizeMs }: TrailingSpec, graceMs: number, fold: Fold) {
    this.#sizeMs = sizeMs;
    this.#graceMs = graceMs;
    this.#fold = fold;
  }

  onEvent(event: Event, context: Context): void {
    const { key = '', value, timestamp } = event;
    const due = timestamp + 1 + this.#graceMs;
    if (event.isAhead === true || context.watermark >= due) {
      const window = { start: timestamp - this.#sizeMs, end: timestamp + 1 };
      context.emitLate(lateFor(event, context.watermark, window));
      return;
    }
    const extracted = this.#fold.extract(value, timestamp);
    const known = context.state.get(key, timestamp);
    if (typeof known?.value === 'number') return;
    const accumulators = known?.value.accumulators ?? this.#fold.init();
    this.#fold.add(accumulators, this.#fold.prepare(accumulators, extracted));
    if (known !== undefined) context.state.touch(known);
    else context.state.put(key, timestamp, { accumulators }, due);
  }

  onDue({ key, slot, value }: StateEntry<Kept>, context: Context): void {
    const instant = Number(slot);
    if (typeof value === 'number') return;
    const past = this.#pastOf(key, context);
    if (value.isPast === true) {
      past.removeBefore(instant + 1);
      if (past.isEmpty) this.#forget(key, context);
      return;
    }
    const start = instant - this.#sizeMs;
    const boundary = this.#boundaryFor(key, start, instant, context);
    past.add(instant, value.accumulators);
    const accumulators = past.over(start, boundary, instant + 1);
    past.removeBefore(start);
    // Due one later than it leaves the window, so that it is still there for the instant that looks back exactly at it.
    context.state.put(key, slot, { ...value, isPast: true }, instant + this.#sizeMs + 2 + this.#graceMs);
    context.emit(windowResult(this.#fold, key, { start, end: instant + 1 }, accumulators));
  }

  /** Where the window is split; once it has moved past that, at the instant at hand. */
  #boundaryFor(key: string, start: number, instant: number, context: Context): number {
    const stored = context.state.get(key, BOUNDARY)?.value;
    if (typeof stored === 'number' && start < stored) return stored;
    context.state.put(key, BOUNDARY, instant);
    return instant;
  }

  #forget(key: string, context: Context): void {
    this.#past.delete(key);
    const boundary = context.state.get(key, BOUNDARY);
    if (boundary !== undefined) context.state.delete(boundary);
  }

  #pastOf(key: string, context: Context): RangeFold {
    const known = this.#past.get(key);
    if (known !== undefined) return known;
    const past = new RangeFold(this.#fold);
    const kept = [...context.state.ofKey(key)].filter(
      ({ value }) => typeof value !== 'number' && value.isPast === true,
    );
    for (const { slot, value } of kept.toSorted((a, b) => Number(a.slot) - Number(b.slot))) {
      if (typeof value !== 'number') past.add(Number(slot), value.accumulators);
    }
    this.#past.set(key, past);
    return past;
  }
}
