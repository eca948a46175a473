import { placeOf } from './place-of.ts';

/**
 * How values are distributed, to within a relative error: a bucket i counts the values in (γ^(i-1), γ^i], where
 * γ = (1 + error) / (1 - error), so its middle is no further from any of them than the error.
 *
 * Buckets are kept apart for values above and below zero; zeros are counted. Of each sign the `MOST_BUCKETS` buckets
 * furthest from zero are kept, and what lies nearer to zero counts in the nearest kept. That leaves a state that is a
 * function of the values alone: neither order nor merging shows.
 *
 * @see Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", 2019
 */
export interface DDSketch {
  min: number;
  max: number;
  zeros: number;
  readonly above: Buckets;
  readonly below: Buckets;
}

/** Counts by bucket, nearest to zero first. */
interface Buckets {
  readonly indexes: number[];
  readonly counts: number[];
}

/** With a relative error of 1 %, values may differ by a factor of 10^17 before any buckets are joined. */
const MOST_BUCKETS = 2_048;

export function emptySketch(): DDSketch {
  return {
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    zeros: 0,
    above: { indexes: [], counts: [] },
    below: { indexes: [], counts: [] },
  };
}

export function addToSketch(sketch: DDSketch, value: number, relativeError: number): DDSketch {
  sketch.min = Math.min(sketch.min, value);
  sketch.max = Math.max(sketch.max, value);
  if (value === 0) sketch.zeros += 1;
  else {
    const index = Math.ceil(Math.log(Math.abs(value)) / logGamma(relativeError));
    countIn(value > 0 ? sketch.above : sketch.below, index, 1);
  }
  return sketch;
}

export function mergeSketches(sketch: DDSketch, other: DDSketch): DDSketch {
  sketch.min = Math.min(sketch.min, other.min);
  sketch.max = Math.max(sketch.max, other.max);
  sketch.zeros += other.zeros;
  for (const side of ['above', 'below'] as const) {
    other[side].indexes.forEach((index, place) =>
      countIn(sketch[side], index, other[side].counts[place] ?? 0),
    );
  }
  return sketch;
}

/** The value of rank ⌊p (n - 1)⌋, the smallest having rank 0, to within the relative error; `undefined` of nothing. */
export function quantileOf(sketch: DDSketch, p: number, relativeError: number): number | undefined {
  const { above, below, zeros, min, max } = sketch;
  const n = total(below) + zeros + total(above);
  if (n === 0) return undefined;
  const rank = Math.floor(p * (n - 1));
  if (rank === 0) return min;
  if (rank === n - 1) return max;
  const estimate = (index: number): number =>
    Math.exp(index * logGamma(relativeError) + Math.log1p(-relativeError));
  const clamped = (value: number): number => Math.min(Math.max(value, min), max);

  let passed = 0;
  for (let place = below.indexes.length - 1; place >= 0; place -= 1) {
    passed += below.counts[place] ?? 0;
    if (passed > rank) return clamped(-estimate(below.indexes[place] ?? 0));
  }
  passed += zeros;
  if (passed > rank) return 0;
  for (let place = 0; place < above.indexes.length; place += 1) {
    passed += above.counts[place] ?? 0;
    if (passed > rank) return clamped(estimate(above.indexes[place] ?? 0));
  }
  return max;
}

function countIn({ indexes, counts }: Buckets, index: number, n: number): void {
  const place = placeOf(indexes, index);
  if (indexes[place] !== index) {
    indexes.splice(place, 0, index);
    counts.splice(place, 0, 0);
  }
  counts[place] = (counts[place] ?? 0) + n;
  if (indexes.length <= MOST_BUCKETS) return;
  indexes.shift();
  counts[0] = (counts.shift() ?? 0) + (counts[0] ?? 0);
}

function total({ counts }: Buckets): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function logGamma(relativeError: number): number {
  return Math.log1p((2 * relativeError) / (1 - relativeError));
}
