import { addProduct } from './exact-product.ts';
import { addExactly, sumOf, type ExactSum } from './exact-sum.ts';

/** How many values there were, or the sum of their weights; the sum of the values; the sum of their squares. All exact. */
export type Moments = [weight: ExactSum, sum: ExactSum, squares: ExactSum];

export function noMoments(): Moments {
  return [[], [], []];
}

/** Adds a value, as often as `weight` says. */
export function addValue([weights, sum, squares]: Moments, value: number, weight = 1): Moments {
  const weighted = addProduct([], [weight], [value]);
  return [
    addExactly(weights, weight),
    weighted.reduce(addExactly, sum),
    addProduct(squares, weighted, [value]),
  ];
}

export function mergeMoments([weights, sum, squares]: Moments, other: Moments): Moments {
  return [
    other[0].reduce(addExactly, weights),
    other[1].reduce(addExactly, sum),
    other[2].reduce(addExactly, squares),
  ];
}

/** `undefined` if there were no values. */
export function meanOf([weights, sum]: Moments): number | undefined {
  const weight = sumOf(weights);
  return weight === 0 ? undefined : sumOf(sum) / weight;
}

/**
 * The mean squared distance from the mean: of the values themselves, or as the unbiased estimate from a sample, which
 * takes two. Computed as (w Σwx² - (Σwx)²) / w², which is safe because numerator and sums are exact.
 */
export function varianceOf(
  [weights, sum, squares]: Moments,
  of: 'sample' | 'population',
): number | undefined {
  const weight = sumOf(weights);
  const divisor = weight * (of === 'sample' ? weight - 1 : weight);
  if (!(divisor > 0)) return undefined;
  const negated = sum.map((part) => -part);
  const numerator = sumOf(addProduct(addProduct([], weights, squares), sum, negated));
  return Math.max(0, numerator / divisor);
}

/** The root of the variance: a distance in the unit of the values. */
export function deviationOf(moments: Moments, of: 'sample' | 'population'): number | undefined {
  const variance = varianceOf(moments, of);
  return variance === undefined ? undefined : Math.sqrt(variance);
}
