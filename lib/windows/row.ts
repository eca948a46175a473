import type { Fold } from '../aggregators/index.ts';
import {
  decodeKey,
  type Event,
  type Late,
  type LateEvent,
  type LateReason,
  type WindowRange,
} from '../model/index.ts';

/**
 * How far a result has got: `final` results come once; of the others, `update` may be followed by a newer one, `last`
 * may not, and `retract` takes a row back.
 */
export type Standing = 'final' | 'update' | 'last' | 'retract';

/** The result of a key in a window, with event time end - 1, so that it falls into its window when windowed again. */
export function windowResult(
  fold: Fold,
  key: string,
  window: WindowRange,
  accumulators: readonly unknown[],
  standing: Standing = 'final',
): Event {
  const { start: windowStart, end: windowEnd } = window;
  const value = fold.results(accumulators, { key: decodeKey(key), windowStart, windowEnd });
  if (standing !== 'final') value['isFinal'] = standing === 'last';
  const result = { key, timestamp: windowEnd - 1, window, value };
  return standing === 'final' ? result : { ...result, change: standing };
}

/** What stands for many events shows their results, as nobody could read their accumulators. */
export function legible(event: Event, fold: Fold): Event {
  if (event.isPartial !== true) return event;
  return { ...event, value: fold.results(event.value as readonly unknown[]) };
}

/** What goes to the late stream: the value, by how much it missed this window, and why. */
export function lateFor(event: Event, watermark: number, window: WindowRange): LateEvent {
  const { key, value, timestamp } = event;
  const late: Late<unknown> = {
    value,
    timestamp,
    watermark,
    lateBy: watermark - timestamp,
    reason: reasonFor(event),
    windowStart: window.start,
    windowEnd: window.end,
  };
  return { value: late, timestamp, ...(key !== undefined && { key }) };
}

function reasonFor({ isAhead, isOvertaken }: Event): LateReason {
  if (isAhead === true) return 'ahead-of-arrival';
  return isOvertaken === true ? 'idle-advance' : 'behind-watermark';
}
