import type { Aggregator } from './aggregator.ts';
import { countable, type Comparable, type Maybe } from './countable.ts';
import { addAllExactly, addExactly, sumOf, type ExactSum } from './exact-sum.ts';

/** How many records; with `of`, how many whose value is not `null`, `undefined` or `NaN`. */
export function count<T>(of?: (value: T) => unknown): Aggregator<T, true, number, number> {
  return {
    kind: 'count',
    isCommutative: true,
    extract: (value) => (of === undefined || countable(of(value)) !== undefined ? true : undefined),
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
    isCommutative: true,
    extract: (value) => countable(of(value)),
    init: () => [],
    add: addExactly,
    merge: addAllExactly,
    result: sumOf,
  };
}

/**
 * The sum of whole numbers of any size, as a bigint: for amounts beyond 2^53. `0n` if nothing was added. A number that
 * is not whole throws, and the record goes to the dead letters.
 */
export function sumBigInt<T>(
  of: (value: T) => Maybe<bigint | number>,
): Aggregator<T, bigint, bigint, bigint> {
  return {
    kind: 'sumBigInt',
    isCommutative: true,
    extract: (value) => {
      const found = countable(of(value));
      return found === undefined ? undefined : BigInt(found);
    },
    init: () => 0n,
    add: (total, value) => total + value,
    merge: (total, other) => total + other,
    result: (total) => total,
  };
}

/** The mean of what counts, from an exact sum; `undefined` if nothing did. */
export function avg<T>(
  of: (value: T) => Maybe<number>,
): Aggregator<T, number, [n: number, total: ExactSum], number | undefined> {
  return {
    kind: 'avg',
    isCommutative: true,
    extract: (value) => countable(of(value)),
    init: () => [0, []],
    add: (mean, value) => {
      mean[0] += 1;
      mean[1] = addExactly(mean[1], value);
      return mean;
    },
    merge: (mean, [n, total]) => {
      mean[0] += n;
      mean[1] = addAllExactly(mean[1], total);
      return mean;
    },
    result: ([n, total]) => (n === 0 ? undefined : sumOf(total) / n),
  };
}

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
    isCommutative: true,
    extract: (value) => countable(of(value)),
    init: () => undefined,
    add: better,
    merge: better,
    result: (found) => found,
  };
}
