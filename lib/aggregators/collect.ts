import { MillraceError } from '../model/index.ts';
import type { Aggregator } from './aggregator.ts';
import type { Maybe } from './countable.ts';
import { insertInOrder, mergeInOrder, timed, type InOrder, type Timed } from './in-order.ts';
import { checkWholeNumber } from './whole-number.ts';

/** What was kept of more than was allowed. */
export interface Kept<V> {
  readonly values: readonly V[];
  /** Whether there was more. */
  readonly truncated: boolean;
}

type Collection<V> = [n: number, kept: InOrder<V>];
type CollectAggregator<T, V, Out> = Aggregator<T, Timed<V>, Collection<V>, Out>;

const MOST = 100_000;

/**
 * The values in the order of event time, those of equal time in log order. State grows with them, so it takes a
 * `limit`, and `overflow` says what happens beyond it:
 *
 * - `'fail'`, the default: the record goes to the dead letters. What is merged (sessions that grow together, the panes
 *   of a hopping window) is kept even beyond the limit; then the next record is refused.
 * - `'keep-first'`, `'keep-last'`: those with the earliest or latest event time are kept, and the result is
 *   `{ values, truncated }`.
 *
 * Of nothing, an empty list.
 * @throws DefinitionError unless `limit` is a whole number from 1 to 100000
 */
export function collect<T, V>(
  of: (value: T) => Maybe<V>,
  options: { readonly limit: number; readonly overflow?: 'fail' },
): CollectAggregator<T, V, readonly V[]>;
export function collect<T, V>(
  of: (value: T) => Maybe<V>,
  options: { readonly limit: number; readonly overflow: 'keep-first' | 'keep-last' },
): CollectAggregator<T, V, Kept<V>>;
export function collect<T, V>(
  of: (value: T) => Maybe<V>,
  { limit, overflow = 'fail' }: { limit: number; overflow?: 'fail' | 'keep-first' | 'keep-last' },
): CollectAggregator<T, V, readonly V[] | Kept<V>> {
  checkWholeNumber(limit, 1, MOST, 'the limit of collect');
  const cut = (kept: InOrder<V>): InOrder<V> => {
    if (kept.length <= limit || overflow === 'fail') return kept;
    kept.splice(overflow === 'keep-first' ? limit : 0, kept.length - limit);
    return kept;
  };
  const shared = {
    extract: timed(of),
    init: (): Collection<V> => [0, []],
    add: ([n, kept]: Collection<V>, entry: Timed<V>): Collection<V> => {
      insertInOrder(kept, entry);
      return [n + 1, cut(kept)];
    },
    merge: ([n, kept]: Collection<V>, [otherN, others]: Collection<V>): Collection<V> => [
      n + otherN,
      cut(mergeInOrder(kept, others)),
    ],
  };
  const valuesOf = (kept: InOrder<V>): readonly V[] => kept.map(([, value]) => value);
  if (overflow === 'fail') {
    return {
      ...shared,
      kind: 'collect',
      prepare: ([n], entry) => {
        if (n < limit) return entry;
        throw new MillraceError(
          `collect holds ${n} values and its limit is ${limit}; raise the limit, or choose what to keep with ` +
            `overflow: 'keep-first' or 'keep-last'`,
        );
      },
      result: ([, kept]) => valuesOf(kept),
    };
  }
  return {
    ...shared,
    kind: `collect(${overflow} ${limit})`,
    result: ([n, kept]) => ({ values: valuesOf(kept), truncated: n > kept.length }),
  };
}
