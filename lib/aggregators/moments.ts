import { addProduct, exactProduct } from './exact-product.ts';
import { addExactly, sumOf, type ExactSum } from './exact-sum.ts';

/** How many values there were, their sum, and the sum of their squares; the sums are exact. */
export type Moments = [n: number, sum: ExactSum, squares: ExactSum];

export function noMoments(): Moments {
  return [0, [], []];
}

export function addValue([n, sum, squares]: Moments, value: number): Moments {
  return [n + 1, addExactly(sum, value), exactProduct(value, value).reduce(addExactly, squares)];
}

export function mergeMoments([n, sum, squares]: Moments, [otherN, otherSum, otherSquares]: Moments): Moments {
  return [n + otherN, otherSum.reduce(addExactly, sum), otherSquares.reduce(addExactly, squares)];
}

/** How far a value lies above the mean; exactly 0 at the mean. `undefined` if there is none. */
export function distanceFromMean([n, sum]: Moments, value: number): number | undefined {
  return n === 0 ? undefined : sumOf(addProduct(negated(sum), [n], [value])) / n;
}

/**
 * The mean squared distance from the mean: of the values themselves, or as the unbiased estimate from a sample, which
 * takes two. The textbook formula (n Σx² - (Σx)²) / n², which is safe because numerator and sums are exact.
 */
export function varianceOf([n, sum, squares]: Moments, of: 'sample' | 'population'): number | undefined {
  const divisor = n * (of === 'sample' ? n - 1 : n);
  if (divisor === 0) return undefined;
  const numerator = sumOf(addProduct(addProduct([], [n], squares), sum, negated(sum)));
  return Math.max(0, numerator / divisor);
}

/** The root of the variance: a distance in the unit of the values. */
export function deviationOf(moments: Moments, of: 'sample' | 'population'): number | undefined {
  const variance = varianceOf(moments, of);
  return variance === undefined ? undefined : Math.sqrt(variance);
}

function negated(sum: ExactSum): ExactSum {
  return sum.map((part) => -part);
}
