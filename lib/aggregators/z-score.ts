import type { Maybe } from './countable.ts';
import { inDeviations, latestAgainst, type LatestAgainst } from './latest-against.ts';
import { addValue, deviationOf, distanceFromMean, mergeMoments, noMoments, type Moments } from './moments.ts';
import { checkWholeNumber } from './whole-number.ts';

/** When `zScore` begins to judge. */
export interface ZScoreOptions {
  /**
   * How many values must lie before the latest for it to have a score. At least 2.
   * @default 10
   */
  readonly atLeast?: number;
}

/**
 * How unusual the latest value is: its distance from the mean of the values before it, in their (sample) standard
 * deviations. Above 3 in size is the customary alarm. For trailing windows and running aggregates; in any other window
 * the latest is judged by the rest of the window.
 *
 * `undefined` while fewer than `atLeast` values lie before the latest. If those are all equal: 0 for one more of them,
 * else infinite.
 * @see Shewhart, "Economic Control of Quality of Manufactured Product", 1931, for limits at three deviations
 */
export function zScore<T>(
  of: (value: T) => Maybe<number>,
  { atLeast = 10 }: ZScoreOptions = {},
): LatestAgainst<T, Moments, number> {
  checkWholeNumber(atLeast, 2, 1_000_000, 'atLeast of zScore');
  return latestAgainst(of, {
    kind: 'zScore',
    none: noMoments,
    add: (moments, [, value]) => addValue(moments, value),
    merge: mergeMoments,
    judge: (latest, before) => {
      const distance = distanceFromMean(before, latest);
      const deviation = deviationOf(before, 'sample');
      if (before[0] < atLeast || distance === undefined || deviation === undefined) return undefined;
      return inDeviations(distance, deviation);
    },
  });
}
