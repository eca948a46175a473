import type { AggregateSpec, AnyAggregator, Fold } from '../aggregators/index.ts';
import { decodeKey, type Event, type Operator, type OperatorContext } from '../model/index.ts';
import { greatestCommonDivisor } from './pane-windows.ts';
import { RangeFold } from './range-fold.ts';
import { lateFor } from './row.ts';
import type { CountSpec } from './window-spec.ts';

interface Pane {
  count: number;
  readonly accumulators: unknown[];
}

type Context = OperatorContext<Pane>;

/** What comes first in every window: from when to when its events happened. */
const SPAN = '~span';

/** The aggregates of a count window with its span. */
export function withSpan(aggregates: AggregateSpec<never>): AggregateSpec<never> {
  return { [SPAN]: span, ...aggregates };
}

/**
 * Aggregates so many events of each key, in the order of the log. A result goes out with the event that completes it;
 * events that complete none wait.
 *
 * State: an entry (key, number of the pane) for each pane of the last `size` events; a pane holds as many as divide both
 * `size` and `every`.
 */
export class CountWindows implements Operator<Pane> {
  readonly #spec: CountSpec;
  readonly #fold: Fold;
  readonly #paneSize: number;
  /** Follows from the state. */
  readonly #panes = new Map<string, RangeFold>();

  constructor(spec: CountSpec, fold: Fold) {
    this.#spec = spec;
    this.#fold = fold;
    this.#paneSize = greatestCommonDivisor(spec.size, spec.every);
  }

  onEvent(event: Event, context: Context): void {
    const { key = '', value, timestamp } = event;
    if (event.isAhead === true) {
      context.emitLate(lateFor(event, context.watermark, { start: timestamp, end: timestamp + 1 }));
      return;
    }
    const extracted = this.#fold.extract(value, timestamp);
    const panes = this.#panesOf(key, context);
    const last = panes.last === undefined ? undefined : context.state.get(key, panes.last);
    const isFull = last === undefined || last.value.count === this.#paneSize;
    const number = isFull ? (panes.last ?? -1) + 1 : Number(last.slot);
    const pane = isFull ? { count: 0, accumulators: this.#fold.init() } : last.value;
    this.#fold.add(pane.accumulators, this.#fold.prepare(pane.accumulators, extracted));
    pane.count += 1;
    if (isFull) {
      context.state.put(key, number, pane);
      panes.add(number, pane.accumulators);
    } else {
      context.state.touch(last);
      panes.changed(number);
    }
    const total = number * this.#paneSize + pane.count;
    if (total % this.#spec.every === 0) this.#complete(key, total / this.#paneSize, panes, context);
  }

  onDue(): void {
    // Nothing here waits for time.
  }

  #complete(key: string, end: number, panes: RangeFold, context: Context): void {
    const windowPanes = this.#spec.size / this.#paneSize;
    const start = Math.max(0, end - windowPanes);
    const block = start - (start % windowPanes);
    const accumulators = panes.over(start, block === start ? start : block + windowPanes, end);
    for (const number of panes.removeBefore(end + this.#spec.every / this.#paneSize - windowPanes)) {
      const entry = context.state.get(key, number);
      if (entry !== undefined) context.state.delete(entry);
    }
    if (panes.isEmpty) this.#panes.delete(key);
    const { [SPAN]: times, ...results } = this.#fold.results(accumulators);
    const [first, last] = times as [number, number];
    const window = { start: first, end: last + 1 };
    context.emit({
      key,
      timestamp: last,
      value: { key: decodeKey(key), windowStart: window.start, windowEnd: window.end, ...results },
    });
  }

  #panesOf(key: string, context: Context): RangeFold {
    const known = this.#panes.get(key);
    if (known !== undefined) return known;
    const panes = new RangeFold(this.#fold);
    for (const { slot, value } of context.state.ofKey(key)) panes.add(Number(slot), value.accumulators);
    this.#panes.set(key, panes);
    return panes;
  }
}

const span: AnyAggregator<unknown> = {
  kind: 'span',
  extract: (_value, timestamp) => timestamp,
  init: () => [Infinity, -Infinity],
  add: ([first, last]: [number, number], timestamp: number) => [
    Math.min(first, timestamp),
    Math.max(last, timestamp),
  ],
  merge: ([first, last]: [number, number], [otherFirst, otherLast]: [number, number]) => [
    Math.min(first, otherFirst),
    Math.max(last, otherLast),
  ],
  result: (times: [number, number]) => times,
};
