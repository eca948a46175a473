import type { Fold } from '../aggregators/index.ts';
import type { Event, Operator, OperatorContext, StateEntry } from '../model/index.ts';
import { RangeFold } from './range-fold.ts';
import { lateFor, windowResult } from './row.ts';
import type { TrailingSpec } from './window-spec.ts';

/** The events of a key at one instant. It is due as long as its result isn't out, then it stays to be looked back at. */
interface Instant {
  readonly accumulators: unknown[];
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
 * State: an entry (key, instant) with the accumulators of that instant alone, due just after it (+ grace), and then
 * kept without being due; and an entry (key, `boundary`) with the instant at which the window is split into what is
 * folded from the right and what is folded from the left, due when nobody can look back at that instant any more.
 *
 * 1. An event at an instant that is past, or that lies too far ahead, goes to the late output.
 * 2. Otherwise it is folded into its instant.
 * 3. When the instant is past, it joins the window, what lies more than `size` before it leaves, and the result goes out.
 * 4. When the boundary is due, what nobody can look back at leaves as well; if instants are left, it is due again.
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

  onDue({ key, slot, value, due = 0 }: StateEntry<Kept>, context: Context): void {
    const past = this.#pastOf(key, context);
    if (typeof value === 'number') {
      this.#leave(key, past, due - this.#forgottenAfter(-1), context);
      if (past.last === undefined) this.#past.delete(key);
      else context.state.put(key, BOUNDARY, value, this.#forgottenAfter(past.last));
      return;
    }
    const instant = Number(slot);
    const start = instant - this.#sizeMs;
    const boundary = this.#boundaryFor(key, start, instant, context);
    context.state.put(key, slot, value);
    past.add(instant, value.accumulators);
    const accumulators = past.over(start, boundary, instant + 1);
    this.#leave(key, past, start, context);
    context.emit(windowResult(this.#fold, key, { start, end: instant + 1 }, accumulators));
  }

  /** Where the window is split; once it has moved past that, at the instant at hand. */
  #boundaryFor(key: string, start: number, instant: number, context: Context): number {
    const stored = context.state.get(key, BOUNDARY)?.value;
    if (typeof stored === 'number' && start < stored) return stored;
    context.state.put(key, BOUNDARY, instant, this.#forgottenAfter(instant));
    return instant;
  }

  /** Due one later than it leaves the window, so that it is still there for the instant that looks back exactly at it. */
  #forgottenAfter(instant: number): number {
    return instant + this.#sizeMs + 2 + this.#graceMs;
  }

  #leave(key: string, past: RangeFold, before: number, context: Context): void {
    for (const instant of past.removeBefore(before)) {
      const entry = context.state.get(key, instant);
      if (entry !== undefined) context.state.delete(entry);
    }
  }

  #pastOf(key: string, context: Context): RangeFold {
    const known = this.#past.get(key);
    if (known !== undefined) return known;
    const past = new RangeFold(this.#fold);
    const kept = [...context.state.ofKey(key)].filter(
      ({ slot, due }) => slot !== BOUNDARY && due === undefined,
    );
    for (const { slot, value } of kept.toSorted((a, b) => Number(a.slot) - Number(b.slot))) {
      if (typeof value !== 'number') past.add(Number(slot), value.accumulators);
    }
    this.#past.set(key, past);
    return past;
  }
}
