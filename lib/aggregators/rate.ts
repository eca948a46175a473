import { positiveDurationMs, type DurationInput } from '../time/index.ts';
import type { Aggregator } from './aggregator.ts';
import type { Maybe } from './countable.ts';
import { addExactly, sumOf, type ExactSum } from './exact-sum.ts';
import { timed, type Timed } from './in-order.ts';

/** What `rate` adds up, and the time it divides by. */
export interface RateOptions<T> {
  /**
   * How much each record adds, for example its bytes.
   * @default 1: records per second
   */
  readonly of?: (value: T) => Maybe<number>;
  /**
   * The length of time to divide by: the size of the window.
   * @default from the first event time to the last
   */
  readonly over?: DurationInput;
}

/** From the first event time to the last; the total, and what of it came at the first. */
type Span = [first: number, last: number, total: ExactSum, atFirst: ExactSum];

/**
 * How much there is per second of event time.
 *
 * With `over`, the total divided by that length; 0 of nothing. Without, divided by the time from the first event to the
 * last: what came at the first instant happened in the time before it and is left out, so ten records a second apart
 * are one per second. `undefined` then if all came at one instant.
 */
export function rate<T>({
  of = () => 1,
  over,
}: RateOptions<T> = {}): Aggregator<T, Timed<number>, Span, number | undefined> {
  const overMs = over === undefined ? undefined : positiveDurationMs(over, 'over of rate');
  return {
    kind: 'rate',
    extract: timed(of),
    init: () => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, [], []],
    add: (span, [timestamp, value]) => joined(span, [timestamp, timestamp, [value], [value]]),
    merge: joined,
    result: ([first, last, total, atFirst]) => {
      if (overMs !== undefined) return (sumOf(total) / overMs) * 1_000;
      if (!(last > first)) return undefined;
      const since = atFirst.reduce((sum, part) => addExactly(sum, -part), [...total]);
      return (sumOf(since) / (last - first)) * 1_000;
    },
  };
}

function joined([first, last, total, atFirst]: Span, other: Span): Span {
  const [otherFirst, otherLast, otherTotal, otherAtFirst] = other;
  let earliest = otherFirst < first ? [] : atFirst;
  if (otherFirst <= first) earliest = otherAtFirst.reduce(addExactly, earliest);
  return [
    Math.min(first, otherFirst),
    Math.max(last, otherLast),
    otherTotal.reduce(addExactly, total),
    earliest,
  ];
}
