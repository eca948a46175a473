import { MillraceError } from '../model/index.ts';
import type { Aggregator } from './aggregator.ts';
import type { Kept } from './collect.ts';
import { countable, type Distinguishable, type Maybe } from './countable.ts';
import { checkWholeNumber } from './whole-number.ts';

type Found<V> = [values: Set<V>, truncated: boolean];
type DistinctAggregator<T, V, Out> = Aggregator<T, V, Found<V>, Out>;

const MOST = 100_000;

/**
 * The different values, in the order in which the log first has them. Exact, so state grows with them: it takes a
 * `limit`, and `overflow` says what happens to a new value beyond it:
 *
 * - `'fail'`, the default: the record goes to the dead letters. What is merged is kept even beyond the limit.
 * - `'keep-first'`: only values known already count, and the result is `{ values, truncated }`.
 *
 * Of nothing, an empty list. `1`, `'1'` and `1n` are different values.
 * @throws DefinitionError unless `limit` is a whole number from 1 to 100000
 */
export function distinct<T, V extends Distinguishable>(
  of: (value: T) => Maybe<V>,
  options: { readonly limit: number; readonly overflow?: 'fail' },
): DistinctAggregator<T, V, readonly V[]>;
export function distinct<T, V extends Distinguishable>(
  of: (value: T) => Maybe<V>,
  options: { readonly limit: number; readonly overflow: 'keep-first' },
): DistinctAggregator<T, V, Kept<V>>;
export function distinct<T, V extends Distinguishable>(
  of: (value: T) => Maybe<V>,
  { limit, overflow = 'fail' }: { limit: number; overflow?: 'fail' | 'keep-first' },
): DistinctAggregator<T, V, readonly V[] | Kept<V>> {
  return overflow === 'fail'
    ? { ...refusing('distinct', of, limit), result: ([values]) => [...values] }
    : {
        ...finding(of, limit),
        kind: `distinct(keep-first ${limit})`,
        result: ([values, truncated]) => ({ values: [...values], truncated }),
      };
}

/**
 * How many different values there are, exactly; a record that brings one more than `limit` goes to the dead letters.
 * `approxCountDistinct` has no limit, and state that doesn't grow.
 * @throws DefinitionError unless `limit` is a whole number from 1 to 100000
 */
export function countDistinct<T, V extends Distinguishable>(
  of: (value: T) => Maybe<V>,
  { limit }: { readonly limit: number },
): DistinctAggregator<T, V, number> {
  return { ...refusing('countDistinct', of, limit), result: ([values]) => values.size };
}

type Finding<T, V> = Pick<DistinctAggregator<T, V, unknown>, 'extract' | 'init' | 'add' | 'merge'>;

function finding<T, V>(of: (value: T) => Maybe<V>, limit: number): Finding<T, V> {
  checkWholeNumber(limit, 1, MOST, 'the limit of distinct values');
  const add = (found: Found<V>, value: V): Found<V> => {
    const [values] = found;
    if (values.size < limit) values.add(value);
    else if (!values.has(value)) found[1] = true;
    return found;
  };
  return {
    extract: (value) => countable(of(value)),
    init: () => [new Set(), false],
    add,
    merge: (found, [others, truncated]) => {
      for (const value of others) add(found, value);
      found[1] ||= truncated;
      return found;
    },
  };
}

function refusing<T, V>(
  name: string,
  of: (value: T) => Maybe<V>,
  limit: number,
): Finding<T, V> & Pick<DistinctAggregator<T, V, unknown>, 'kind' | 'prepare'> {
  return {
    ...finding(of, limit),
    kind: 'distinct',
    prepare: ([values], value) => {
      if (values.size < limit || values.has(value)) return value;
      throw new MillraceError(
        `${name} holds ${values.size} different values and its limit is ${limit}; raise the limit, or count with ` +
          'approxCountDistinct',
      );
    },
    add: ([values, truncated], value) => [values.add(value), truncated],
    merge: ([values, truncated], [others]) => {
      for (const value of others) values.add(value);
      return [values, truncated];
    },
  };
}
