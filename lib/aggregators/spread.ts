import type { Aggregator } from './aggregator.ts';
import { countable, type Maybe } from './countable.ts';
import { addValue, deviationOf, mergeMoments, noMoments, varianceOf, type Moments } from './moments.ts';

/** Whose spread `variance` and `stddev` give. */
export interface SpreadOptions {
  /**
   * `'sample'` estimates the spread of what the values are drawn from (divides by n - 1); `'population'` is the spread
   * of the values themselves (divides by n).
   * @default 'sample'
   */
  readonly of?: 'sample' | 'population';
}

type SpreadAggregator<T> = Aggregator<T, number, Moments, number | undefined>;

/**
 * The variance. Its sums are exact, so it doesn't depend on order, and values far from zero and close together lose
 * nothing. `undefined` for fewer than two values (`'population'`: for none); `NaN` with an infinite value, or one
 * beyond 1e150 in size.
 */
export function variance<T>(
  of: (value: T) => Maybe<number>,
  options: SpreadOptions = {},
): SpreadAggregator<T> {
  return spread(of, (moments) => varianceOf(moments, options.of ?? 'sample'));
}

/** The standard deviation: the root of the variance. */
export function stddev<T>(of: (value: T) => Maybe<number>, options: SpreadOptions = {}): SpreadAggregator<T> {
  return spread(of, (moments) => deviationOf(moments, options.of ?? 'sample'));
}

function spread<T>(
  of: (value: T) => Maybe<number>,
  result: (moments: Moments) => number | undefined,
): SpreadAggregator<T> {
  return {
    kind: 'moments',
    extract: (value) => countable(of(value)),
    init: noMoments,
    add: (moments, value) => addValue(moments, value),
    merge: mergeMoments,
    result,
  };
}
