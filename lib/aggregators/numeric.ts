import type { Aggregator } from './aggregator.ts';
import { addExactly, sumOf, type ExactSum } from './exact-sum.ts';

type Maybe<T> = T | null | undefined;

/** A number that counts: `null`, `undefined` and `NaN` don't. */
function countable(value: Maybe<number>): number | undefined {
  return value === null || value === undefined || Number.isNaN(value) ? undefined : value;
}

/** How many records; with `of`, how many whose value is neither `null` nor `undefined`. */
export function count<T>(of?: (value: T) => unknown): Aggregator<T, true, number, number> {
  return {
    kind: 'count',
    extract: (value) => (of === undefined || (of(value) ?? undefined) !== undefined ? true : undefined),
    init: () => 0,
    add: (total) => total + 1,
    merge: (total, other) => total + other,
    result: (total) => total,
  };
}

/**
 * The sum, exact until it is rounded once at the end; 0 if nothing was added. `null`, `undefined` and `NaN` don't
 * count.
 */
export function sum<T>(of: (value: T) => Maybe<number>): Aggregator<T, number, ExactSum, number> {
  return {
    kind: 'sum',
    extract: (value) => countable(of(value)),
    init: () => [],
    add: addExactly,
    merge: (total, other) => other.reduce(addExactly, total),
    result: sumOf,
  };
}

/** The mean of what counts, from an exact sum; `undefined` if nothing did. */
export function avg<T>(
  of: (value: T) => Maybe<number>,
): Aggregator<T, number, [n: number, total: ExactSum], number | undefined> {
  return {
    kind: 'avg',
    extract: (value) => countable(of(value)),
    init: () => [0, []],
    add: ([n, total], value) => [n + 1, addExactly(total, value)],
    merge: ([n, total], [otherN, otherTotal]) => [n + otherN, otherTotal.reduce(addExactly, total)],
    result: ([n, total]) => (n === 0 ? undefined : sumOf(total) / n),
  };
}

/** What can be larger or smaller than another of its kind. Text compares by UTF-16 code units. */
export type Comparable = number | string | bigint;

/** The smallest value; `undefined` if there was none. `null`, `undefined` and `NaN` don't count. */
export function min<T, V extends Comparable>(
  of: (value: T) => Maybe<V>,
): Aggregator<T, V, V | undefined, V | undefined> {
  return extreme('min', of, (a, b) => a < b);
}

/** The largest value; `undefined` if there was none. `null`, `undefined` and `NaN` don't count. */
export function max<T, V extends Comparable>(
  of: (value: T) => Maybe<V>,
): Aggregator<T, V, V | undefined, V | undefined> {
  return extreme('max', of, (a, b) => a > b);
}

function extreme<T, V extends Comparable>(
  kind: string,
  of: (value: T) => Maybe<V>,
  wins: (challenger: V, holder: V) => boolean,
): Aggregator<T, V, V | undefined, V | undefined> {
  const better = (holder: V | undefined, challenger: V | undefined): V | undefined =>
    holder === undefined || (challenger !== undefined && wins(challenger, holder)) ? challenger : holder;
  return {
    kind,
    extract: (value) => {
      const found = of(value) ?? undefined;
      return typeof found === 'number' && Number.isNaN(found) ? undefined : found;
    },
    init: () => undefined,
    add: better,
    merge: better,
    result: (found) => found,
  };
}
