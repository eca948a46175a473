import type { Maybe } from './countable.ts';
import { inDeviations } from './latest-against.ts';
import { ofRecent, type RecentAggregator } from './recent.ts';
import { checkWholeNumber } from './whole-number.ts';

/** Which values `spikeAndDip` compares with, and how far from them is too far. */
export interface SpikeAndDipOptions {
  /**
   * How many of the latest values are looked at, and kept as state.
   * @default 100
   */
  readonly keep?: number;
  /**
   * How many values must lie before the latest for it to be judged. At least 2.
   * @default 10
   */
  readonly atLeast?: number;
  /**
   * The score, in size, above which the latest value is a spike or a dip.
   * @default 3.5
   */
  readonly threshold?: number;
}

/** What `spikeAndDip` says of the latest value; the score is in deviations, below 0 for a dip. */
export interface SpikeAndDip {
  readonly score: number;
  readonly isSpike: boolean;
  readonly isDip: boolean;
}

/** The standard deviation of a normal distribution is this many median, and mean, absolute distances. */
const PER_MEDIAN_DISTANCE = 1 / 0.6745;
const PER_MEAN_DISTANCE = Math.sqrt(Math.PI / 2);

/**
 * Finds a single value that stands out, where earlier outliers must not blunt the measure: the modified z-score, which
 * is the distance of the latest value from the median of those before it, among the latest `keep`, divided by
 * 1.4826 times the median of their distances from it. If more than half of them are equal, 1.2533 times the mean of the
 * distances takes its place; if all are, another value scores infinite. For trailing windows and running aggregates;
 * each result sorts `keep` values.
 *
 * `undefined` while fewer than `atLeast` values lie before the latest.
 * @see Iglewicz, Hoaglin, "How to Detect and Handle Outliers", ASQC 1993
 * @throws DefinitionError unless 2 <= atLeast < keep <= 10000
 */
export function spikeAndDip<T>(
  of: (value: T) => Maybe<number>,
  { keep = 100, atLeast = 10, threshold = 3.5 }: SpikeAndDipOptions = {},
): RecentAggregator<T, SpikeAndDip | undefined> {
  checkWholeNumber(keep, 3, 10_000, 'the number of values spikeAndDip keeps');
  checkWholeNumber(atLeast, 2, keep - 1, 'atLeast of spikeAndDip');
  return ofRecent('spikeAndDip', of, keep, (recent) => {
    const before = recent.slice(0, -1).map(([, value]) => value);
    const latest = recent.at(-1)?.[1];
    if (latest === undefined || before.length < atLeast) return undefined;
    const centre = medianOf(before);
    const distances = before.map((value) => Math.abs(value - centre));
    const deviation = medianOf(distances) * PER_MEDIAN_DISTANCE || meanOf(distances) * PER_MEAN_DISTANCE;
    const score = inDeviations(latest - centre, deviation);
    return { score, isSpike: score > threshold, isDip: score < -threshold };
  });
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
