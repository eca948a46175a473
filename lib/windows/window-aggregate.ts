import { foldOf, type AggregateSpec, type Fold } from '../aggregators/index.ts';
import {
  decodeKey,
  type Event,
  type Late,
  type Operator,
  type OperatorContext,
  type OperatorDefinition,
  type StateEntry,
} from '../model/index.ts';
import { formatDuration } from '../time/index.ts';
import { assignWindow } from './assign.ts';
import { describeWindow, type WindowSpec } from './window-spec.ts';

/** The accumulators of one key in one window. */
type Accumulators = unknown[];

/**
 * Aggregates each key in each window, and emits a window's results once, when it closes.
 *
 * State: an entry (key, window start) with the accumulators, due at window end + grace.
 *
 * 1. An event whose window has closed (watermark >= end + grace), or that lies too far ahead, goes to the late output.
 * 2. Otherwise it is folded into its window.
 * 3. When the watermark reaches end + grace the results go out, with event time end - 1 so that they fall into the
 *    window they came from when windowed again, and the entry is gone.
 */
class WindowAggregate implements Operator<Accumulators> {
  readonly #spec: WindowSpec;
  readonly #graceMs: number;
  readonly #fold: Fold;

  constructor(spec: WindowSpec, graceMs: number, fold: Fold) {
    this.#spec = spec;
    this.#graceMs = graceMs;
    this.#fold = fold;
  }

  onEvent(event: Event, context: OperatorContext<Accumulators>): void {
    const { key = '', value, timestamp } = event;
    const window = assignWindow(this.#spec, timestamp);
    const due = window.end + this.#graceMs;
    if (event.isAhead || context.watermark >= due) {
      const late: Late<unknown> = {
        value,
        timestamp,
        watermark: context.watermark,
        lateBy: context.watermark - timestamp,
        reason: event.isAhead ? 'ahead-of-arrival' : 'behind-watermark',
        windowStart: window.start,
        windowEnd: window.end,
      };
      context.emitLate({ value: late, timestamp, key });
      return;
    }
    const entry = context.state.get(key, window.start);
    if (entry !== undefined) {
      this.#fold.add(entry.value, this.#fold.extract(value, timestamp));
      context.state.touch(entry);
    } else {
      const accumulators = this.#fold.init();
      this.#fold.add(accumulators, this.#fold.extract(value, timestamp));
      context.state.put(key, window.start, accumulators, due);
    }
  }

  onDue(entry: StateEntry<Accumulators>, context: OperatorContext<Accumulators>): void {
    const start = Number(entry.slot);
    const window = { start, end: start + this.#spec.sizeMs };
    context.emit({
      key: entry.key,
      timestamp: window.end - 1,
      window,
      value: {
        key: decodeKey(entry.key),
        windowStart: window.start,
        windowEnd: window.end,
        ...this.#fold.results(entry.value),
      },
    });
  }
}

/** Aggregates per key and window; results are emitted once, when a window closes. */
export function windowAggregate(
  spec: WindowSpec,
  graceMs: number,
  aggregates: AggregateSpec<never>,
): OperatorDefinition {
  const fold = foldOf(aggregates);
  return {
    kind: 'window-aggregate',
    shape: `${describeWindow(spec)} ${fold.shape}`,
    does: `${describeWindow(spec)}, grace ${formatDuration(graceMs)} ${fold.shape}`,
    keeps: 'one entry for each key and open window',
    horizonMs: spec.sizeMs + graceMs,
    delayMs: graceMs,
    results: 'rows',
    create: () => new WindowAggregate(spec, graceMs, fold),
  };
}
