import { positiveDurationMs, type DurationInput } from '../time/index.ts';
import type { Maybe } from './countable.ts';
import { addDecayed, mergeDecayed, noneDecayed, type Decayed } from './decayed.ts';
import { inDeviations, latestAgainst, type LatestAgainst } from './latest-against.ts';
import { checkWholeNumber } from './whole-number.ts';

/** How wide the bands of `ewmaBands` are, and how fast the values before are forgotten. */
export interface EwmaBandsOptions {
  /** After how much event time a value has half its weight. */
  readonly halfLife: DurationInput;
  /**
   * How far the bands lie from the centre, in deviations.
   * @default 3
   */
  readonly width?: number;
  /**
   * How many values must lie before the latest for it to be judged. At least 2.
   * @default 10
   */
  readonly atLeast?: number;
}

/** What `ewmaBands` says of the latest value. */
export interface EwmaBands {
  /** The weighted mean of the values before the latest: the forecast for it. */
  readonly centre: number;
  readonly lower: number;
  readonly upper: number;
  /** The distance of the latest from the centre, in deviations. */
  readonly score: number;
  readonly isOutside: boolean;
}

/**
 * Judges the latest value by bands around the exponentially weighted mean of the values before it: centre ± width ×
 * deviation, where the deviation is the root of Σ w (x - mean)² / Σ w with the weights of `ewma`. Follows a level that
 * drifts, where `zScore` remembers everything alike. For trailing windows and running aggregates.
 *
 * `undefined` while fewer than `atLeast` values lie before the latest.
 * @see Hunter, "The Exponentially Weighted Moving Average", Journal of Quality Technology 18(4), 1986, for the average
 *   as a forecast of the next value; Roberts, "Control Chart Tests Based on Geometric Moving Averages", 1959
 */
export function ewmaBands<T>(
  of: (value: T) => Maybe<number>,
  { halfLife, width = 3, atLeast = 10 }: EwmaBandsOptions,
): LatestAgainst<T, Decayed, EwmaBands> {
  const halfLifeMs = positiveDurationMs(halfLife, 'half-life of ewmaBands');
  checkWholeNumber(atLeast, 2, 1_000_000, 'atLeast of ewmaBands');
  return latestAgainst(of, {
    kind: `ewmaBands(${halfLifeMs})`,
    none: noneDecayed,
    add: (decayed, entry) => addDecayed(decayed, entry, halfLifeMs),
    merge: (decayed, other) => mergeDecayed(decayed, other, halfLifeMs),
    judge: (latest, [n, , weight, centre, squares]) => {
      if (n < atLeast) return undefined;
      const deviation = Math.sqrt(squares / weight);
      const score = inDeviations(latest - centre, deviation);
      return {
        centre,
        lower: centre - width * deviation,
        upper: centre + width * deviation,
        score,
        isOutside: Math.abs(score) > width,
      };
    },
  });
}
