import { DefinitionError, type WindowRange } from '../model/index.ts';
import { nonNegativeDurationMs, positiveDurationMs, type DurationInput } from '../time/index.ts';
import { requireTimeZone, type CalendarUnit } from './calendar.ts';
import type {
  CalendarSpec,
  CountSpec,
  CumulateSpec,
  CustomSpec,
  HoppingSpec,
  RollupSpec,
  SessionSpec,
  TrailingSpec,
  TumblingSpec,
} from './window-spec.ts';

interface Aligned {
  /**
   * Moves every start by this much.
   * @default 0: aligned to the Unix epoch
   */
  readonly offset?: DurationInput;
}

/**
 * Windows of one size, side by side, aligned to the Unix epoch. An event belongs to exactly one: the start is
 * inclusive, the end exclusive.
 * @throws DefinitionError if the size is no positive duration
 */
export function tumbling(size: DurationInput, { offset = 0 }: Aligned = {}): TumblingSpec {
  const sizeMs = positiveDurationMs(size, 'size of a tumbling window');
  return Object.freeze({ kind: 'tumbling', sizeMs, offsetMs: offsetMs(offset, sizeMs, 'tumbling') });
}

/**
 * Overlapping windows of one size, of which one begins every `every`. Panes are shared between them, so the cost of a
 * record doesn't grow with size / every.
 * @throws DefinitionError if a duration is not positive, or events between two windows would belong to none
 */
export function hopping(
  size: DurationInput,
  { every, offset = 0 }: Aligned & { readonly every: DurationInput },
): HoppingSpec {
  const sizeMs = positiveDurationMs(size, 'size of a hopping window');
  const everyMs = positiveDurationMs(every, 'every of a hopping window');
  if (everyMs > sizeMs) {
    throw new DefinitionError(
      `hopping window begins every ${everyMs} ms but is only ${sizeMs} ms long, so events in between would be in no ` +
        'window; use every <= size',
    );
  }
  return Object.freeze({ kind: 'hopping', sizeMs, everyMs, offsetMs: offsetMs(offset, everyMs, 'hopping') });
}

/**
 * For each instant at which a key has an event, the span that ends there: from `size` before it to the event itself,
 * both ends inclusive. One result for each such instant, once no event before it or at it is expected any more.
 * @throws DefinitionError if the size is no positive duration
 */
export function trailing(size: DurationInput): TrailingSpec {
  return Object.freeze({ kind: 'trailing', sizeMs: positiveDurationMs(size, 'size of a trailing window') });
}

/**
 * Windows of activity: events at most `gap` apart are in one, exactly `gap` apart included. A session ends `gap` after
 * its last event.
 * @throws DefinitionError if a duration is not positive, or the longest session is shorter than the gap
 */
export function session({
  gap,
  maxDuration,
}: {
  readonly gap: DurationInput;
  /**
   * The longest span from first to last event: one that would take it beyond begins another session.
   * @default no limit
   */
  readonly maxDuration?: DurationInput;
}): SessionSpec {
  const gapMs = positiveDurationMs(gap, 'gap of a session window');
  const maxMs =
    maxDuration === undefined
      ? undefined
      : positiveDurationMs(maxDuration, 'maxDuration of a session window');
  if (maxMs !== undefined && maxMs < gapMs) {
    throw new DefinitionError(
      `session window may last ${maxMs} ms but has a gap of ${gapMs} ms; use maxDuration >= gap`,
    );
  }
  return Object.freeze({ kind: 'session', gapMs, maxMs });
}

/**
 * Windows of `size` events of a key, in the order of the log. With `every`, a result after each `every` events over the
 * last `size` of them, fewer at the beginning; `every: 1` looks back from each event.
 * @throws DefinitionError if a number is not whole and positive, or events would belong to no window
 */
export function countOf(size: number, { every = size }: { readonly every?: number } = {}): CountSpec {
  for (const [what, value] of Object.entries({ size, every })) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new DefinitionError(
      `${what} of a count window is "${value}"; it must be a whole number from 1, for example 100`,
    );
  }
  if (every > size) {
    throw new DefinitionError(
      `count window has a result every ${every} events but looks back at only ${size}; use every <= size`,
    );
  }
  return Object.freeze({ kind: 'count', size, every });
}

/**
 * Windows that grow: from the start of each span of `max`, one result every `step`, over everything since that start.
 * @throws DefinitionError if `max` is no multiple of `step`
 */
export function cumulate({
  step,
  max,
  offset = 0,
}: Aligned & { readonly step: DurationInput; readonly max: DurationInput }): CumulateSpec {
  const stepMs = positiveDurationMs(step, 'step of a cumulate window');
  const maxMs = positiveDurationMs(max, 'max of a cumulate window');
  requireMultiple('cumulate window', maxMs, stepMs);
  return Object.freeze({ kind: 'cumulate', stepMs, maxMs, offsetMs: offsetMs(offset, maxMs, 'cumulate') });
}

/**
 * Tumbling windows of several sizes in one pass: the larger are made of the smaller, so a record is counted once.
 * @throws DefinitionError if there are fewer than two sizes, or one is no multiple of the one before
 */
export function rollup(sizes: readonly DurationInput[]): RollupSpec {
  const sizesMs = sizes.map((size) => positiveDurationMs(size, 'size in a rollup'));
  if (sizesMs.length < 2) {
    throw new DefinitionError(
      `rollup has ${sizesMs.length} sizes; give at least two, for example ['1 minute', '1 hour']`,
    );
  }
  sizesMs.forEach((sizeMs, index) => {
    const smaller = sizesMs[index - 1];
    if (smaller !== undefined) requireMultiple('rollup', sizeMs, smaller);
  });
  return Object.freeze({ kind: 'rollup', sizesMs: Object.freeze(sizesMs) });
}

/**
 * Days, weeks (from Monday) or months of a place: from local midnight to local midnight, so the day on which clocks
 * change has 23 or 25 hours.
 * @throws DefinitionError if the zone is not a name of the IANA time zone database
 */
export function calendar(unit: CalendarUnit, { timeZone }: { readonly timeZone: string }): CalendarSpec {
  requireTimeZone(timeZone);
  return Object.freeze({ kind: 'calendar', unit, timeZone });
}

/**
 * Windows of your own: `assign` names those an instant belongs to. It must depend on the instant alone.
 * @param name says what the windows are; a change of it starts without the state of before
 * @throws DefinitionError if the largest size is no positive duration
 */
export function customWindow({
  name,
  maxSize,
  assign,
}: {
  readonly name: string;
  /** No window is longer. */
  readonly maxSize: DurationInput;
  readonly assign: (timestamp: number) => readonly WindowRange[];
}): CustomSpec {
  const maxSizeMs = positiveDurationMs(maxSize, `maxSize of custom window "${name}"`);
  return Object.freeze({ kind: 'custom', name, maxSizeMs, assign });
}

function offsetMs(offset: DurationInput, periodMs: number, kind: string): number {
  const ms = nonNegativeDurationMs(offset, `offset of a ${kind} window`);
  if (ms < periodMs) return ms;
  throw new DefinitionError(
    `offset of a ${kind} window is ${ms} ms; it must be shorter than the ${periodMs} ms after which windows repeat`,
  );
}

function requireMultiple(what: string, largeMs: number, smallMs: number): void {
  if (largeMs > smallMs && largeMs % smallMs === 0) return;
  throw new DefinitionError(
    `${what} goes from ${smallMs} ms to ${largeMs} ms; each size must be a multiple of the one before, for example ` +
      "'1 minute', '1 hour', '1 day'",
  );
}
