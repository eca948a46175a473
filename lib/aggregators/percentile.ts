import { DefinitionError } from '../model/index.ts';
import type { Aggregator } from './aggregator.ts';
import { countable, type Maybe } from './countable.ts';
import { addToSketch, emptySketch, mergeSketches, quantileOf, type DDSketch } from './dd-sketch.ts';

/** How exact a percentile is. */
export interface PercentileOptions {
  /**
   * How far a result may lie from the true value, as a share of it. A smaller error takes more state.
   * @default 0.01
   */
  readonly relativeError?: number;
}

/**
 * The value below which a share `p` of the values lies: of n values, the one of rank ⌊p (n - 1)⌋ in ascending order, to
 * within a relative error of 1 %; the smallest and the largest are exact. Doesn't depend on order. State grows with the
 * range of the values, not with their number: some 350 bytes for a factor of 10. `undefined` of nothing.
 * @throws DefinitionError unless 0 <= p <= 1
 */
export function percentile<T>(
  p: number,
  of: (value: T) => Maybe<number>,
  options: PercentileOptions = {},
): Aggregator<T, number, DDSketch, number | undefined> {
  checkShare(p);
  return sketching(of, options, (at) => at(p));
}

/**
 * Several percentiles from one sketch, by name: `percentiles({ median: 0.5, p99: 0.99 }, (order) => order.amount)`.
 * `undefined` of nothing.
 * @throws DefinitionError unless every share is from 0 to 1
 */
export function percentiles<T, const Shares extends Readonly<Record<string, number>>>(
  shares: Shares,
  of: (value: T) => Maybe<number>,
  options: PercentileOptions = {},
): Aggregator<T, number, DDSketch, { readonly [Name in keyof Shares]: number } | undefined> {
  Object.values(shares).forEach(checkShare);
  return sketching(of, options, (at) => {
    if (at(0) === undefined) return undefined;
    const found = Object.entries(shares).map(([name, p]) => [name, at(p)]);
    return Object.fromEntries(found) as { readonly [Name in keyof Shares]: number };
  });
}

function sketching<T, Out>(
  of: (value: T) => Maybe<number>,
  { relativeError = 0.01 }: PercentileOptions,
  result: (at: (p: number) => number | undefined) => Out,
): Aggregator<T, number, DDSketch, Out> {
  if (!(relativeError >= 0.0001 && relativeError <= 0.5)) {
    throw new DefinitionError(
      `the relative error of a percentile is "${relativeError}"; give a share from 0.0001 to 0.5, such as 0.01`,
    );
  }
  return {
    kind: `percentile(${relativeError})`,
    isCommutative: true,
    extract: (value) => countable(of(value)),
    init: emptySketch,
    add: (sketch, value) => addToSketch(sketch, value, relativeError),
    merge: mergeSketches,
    result: (sketch) => result((p) => quantileOf(sketch, p, relativeError)),
  };
}

function checkShare(p: number): void {
  if (p >= 0 && p <= 1) return;
  const hint = p > 1 && p <= 100 ? `; for the ${p}th percentile write ${p / 100}` : '';
  throw new DefinitionError(`a percentile is asked for at "${p}"; give a share from 0 to 1${hint}`);
}
