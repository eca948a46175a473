import { positiveDurationMs, type DurationInput } from '../time/index.ts';
import type { Aggregator } from './aggregator.ts';
import type { Maybe } from './countable.ts';
import { timed, type Timed } from './in-order.ts';

/**
 * Values that lose half their weight with each half-life: how many there were, the newest event time, the sum of the
 * weights as of then, the weighted mean, and the weighted sum of squared distances from it.
 *
 * Two are joined by bringing both to the later of their times and adding up, so it makes no difference, save to the
 * last digits, in what order values come.
 * @see Chan, Golub, LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979
 * @see Finch, "Incremental calculation of weighted mean and variance", 2009
 */
export type Decayed = [n: number, timestamp: number, weight: number, mean: number, squares: number];

export function noneDecayed(): Decayed {
  return [0, Number.NEGATIVE_INFINITY, 0, 0, 0];
}

export function addDecayed(decayed: Decayed, [timestamp, value]: Timed<number>, halfLifeMs: number): Decayed {
  return mergeDecayed(decayed, [1, timestamp, 1, value, 0], halfLifeMs);
}

export function mergeDecayed(a: Decayed, b: Decayed, halfLifeMs: number): Decayed {
  if (a[0] === 0) return [...b];
  if (b[0] === 0) return a;
  const timestamp = Math.max(a[1], b[1]);
  const [n, , weight, mean, squares] = aged(a, timestamp, halfLifeMs);
  const [otherN, , otherWeight, otherMean, otherSquares] = aged(b, timestamp, halfLifeMs);
  const total = weight + otherWeight;
  const distance = otherMean - mean;
  return [
    n + otherN,
    timestamp,
    total,
    mean + (distance * otherWeight) / total,
    squares + otherSquares + (distance ** 2 * weight * otherWeight) / total,
  ];
}

/**
 * The exponentially weighted moving average: Σ w x / Σ w with w = 2^(-(T - t) / halfLife), t the event time of x and T
 * the newest. A late value gets the weight it would have had in time. `undefined` of nothing.
 */
export function ewma<T>(
  of: (value: T) => Maybe<number>,
  options: { readonly halfLife: DurationInput },
): Aggregator<T, Timed<number>, Decayed, number | undefined> {
  const halfLifeMs = positiveDurationMs(options.halfLife, 'half-life of ewma');
  return {
    kind: `ewma(${halfLifeMs})`,
    extract: timed(of),
    init: noneDecayed,
    add: (decayed, entry) => addDecayed(decayed, entry, halfLifeMs),
    merge: (decayed, other) => mergeDecayed(decayed, other, halfLifeMs),
    result: ([n, , , mean]) => (n === 0 ? undefined : mean),
  };
}

function aged([n, timestamp, weight, mean, squares]: Decayed, to: number, halfLifeMs: number): Decayed {
  const share = 2 ** ((timestamp - to) / halfLifeMs);
  return [n, to, weight * share, mean, squares * share];
}
