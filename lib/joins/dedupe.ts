import {
  encodeKey,
  type Event,
  type KeyValue,
  type Operator,
  type OperatorContext,
  type OperatorDefinition,
} from '../model/index.ts';
import { formatDuration, nonNegativeDurationMs, positiveDurationMs } from '../time/index.ts';
import { lateEvent } from './late.ts';

/** The output beside the operator where the duplicates go. */
export const DUPLICATES = 'duplicates';

/** What makes two values the same, and for how long. */
export interface DedupeOptions<T> {
  /** Values of one key are the same if this is. */
  readonly by: (value: T) => KeyValue;
  /** How close in event time two of them are duplicates: less than this many ms apart, in either direction. */
  readonly withinMs: number;
  /** How far behind the watermark a value may be, in ms. Older ones are late: what they repeat may be forgotten. */
  readonly graceMs: number;
}

/** When values that are the same were let through, earliest first. */
type Instants = readonly number[];

/**
 * Lets the first of each through.
 *
 * State: for each key and what `by` gives, the instants of the values that were let through, due when the last of them
 * can have no duplicate any more.
 *
 * I1 A value is a duplicate exactly if one with less than `within` between them was let through before it in the log.
 *    An instant is forgotten when W >= instant + within + grace; a value at t is late once W > t + grace: so a value
 *    that isn't late lies at least `within` behind everything that is forgotten.
 */
class Dedupe implements Operator<Instants> {
  readonly #by: (value: unknown) => KeyValue;
  readonly #withinMs: number;
  readonly #graceMs: number;

  constructor(by: (value: unknown) => KeyValue, withinMs: number, graceMs: number) {
    this.#by = by;
    this.#withinMs = withinMs;
    this.#graceMs = graceMs;
  }

  onEvent(event: Event, context: OperatorContext<Instants>): void {
    const { key = '', timestamp, value } = event;
    const { state, watermark } = context;
    if (event.isAhead || watermark > timestamp + this.#graceMs) {
      context.emitLate(lateEvent(event, watermark));
      return;
    }
    const slot = encodeKey(this.#by(value));
    const known = state.get(key, slot)?.value ?? [];
    if (known.some((instant) => Math.abs(instant - timestamp) < this.#withinMs)) {
      context.emit(event, DUPLICATES);
      return;
    }
    const instants = [...known.filter((instant) => this.#dueOf(instant) > watermark), timestamp].toSorted(
      (a, b) => a - b,
    );
    state.put(key, slot, instants, this.#dueOf(instants.at(-1) ?? timestamp));
    context.emit(event);
  }

  onDue(): void {}

  #dueOf(instant: number): number {
    return instant + this.#withinMs + this.#graceMs;
  }
}

/**
 * Lets the first of values that are the same through, in the order of the log, and sends those that repeat it to the
 * output `duplicates`. A repeated value doesn't prolong the time: what counts is the distance to one that was let
 * through, before or after it in event time.
 *
 * @throws DefinitionError if `withinMs` is no positive duration or `graceMs` is negative
 */
export function dedupe<T>(options: DedupeOptions<T>): OperatorDefinition {
  const withinMs = positiveDurationMs(options.withinMs, 'within of a dedupe');
  const graceMs = nonNegativeDurationMs(options.graceMs, 'grace of a dedupe');
  // The type of values ends here: an operator gets what the signature above has checked.
  const by = options.by as (value: unknown) => KeyValue;
  return {
    kind: 'dedupe',
    shape: 'dedupe',
    does: `first of each within ${formatDuration(withinMs)}, grace ${formatDuration(graceMs)}`,
    keeps: 'one entry for each key and value seen in that time',
    horizonMs: withinMs + graceMs,
    delayMs: 0,
    results: 'events',
    create: () => new Dedupe(by, withinMs, graceMs),
  };
}
