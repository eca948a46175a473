import type { Aggregator } from './aggregator.ts';
import { countable, type Comparable, type Distinguishable, type Maybe } from './countable.ts';
import { checkWholeNumber } from './whole-number.ts';

/** What `topN` and `bottomN` rank by. */
export interface TopOptions<T> {
  /** What to rank by. `null`, `undefined` and `NaN` don't count. */
  readonly by: (value: T) => Maybe<Comparable>;
  /** With an id, only the best of each id takes part. `null` and `undefined` don't count. */
  readonly id?: (value: T) => Maybe<Distinguishable>;
}

/** `of` says what to keep of each value; the whole value without it. */
export interface TopOfOptions<T, V> extends TopOptions<T> {
  readonly of: (value: T) => Maybe<V>;
}

type Ranked<V> = readonly [rank: Comparable, timestamp: number, value: V, id?: Distinguishable];
type Top<V> = Ranked<V>[];
type TopAggregator<T, V, Out = readonly V[]> = Aggregator<T, Ranked<V>, Top<V>, Out>;

const MOST = 10_000;

/**
 * The `n` largest, largest first. Equal ranks go by event time, earlier first, then by log order. Keeps `n` values
 * per key and window. Of nothing, an empty list.
 * @throws DefinitionError unless `n` is a whole number from 1 to 10000
 */
export function topN<T>(n: number, options: TopOptions<T> & { readonly of?: undefined }): TopAggregator<T, T>;
export function topN<T, V>(n: number, options: TopOfOptions<T, V>): TopAggregator<T, V>;
export function topN(n: number, options: AnyTopOptions): TopAggregator<unknown, unknown> {
  return ranking('top', n, options, (a, b) => a > b);
}

/** The `n` smallest, smallest first; otherwise as `topN`. */
export function bottomN<T>(
  n: number,
  options: TopOptions<T> & { readonly of?: undefined },
): TopAggregator<T, T>;
export function bottomN<T, V>(n: number, options: TopOfOptions<T, V>): TopAggregator<T, V>;
export function bottomN(n: number, options: AnyTopOptions): TopAggregator<unknown, unknown> {
  return ranking('bottom', n, options, (a, b) => a < b);
}

/**
 * The value with the largest `by`, or what `of` reads from it; among equals the earliest by event time, then the first
 * of the log. `undefined` if nothing counts.
 */
export function maxBy<T>(by: (value: T) => Maybe<Comparable>): TopAggregator<T, T, T | undefined>;
export function maxBy<T, V>(
  by: (value: T) => Maybe<Comparable>,
  of: (value: T) => Maybe<V>,
): TopAggregator<T, V, V | undefined>;
export function maxBy(
  by: (value: unknown) => Maybe<Comparable>,
  of?: (value: unknown) => unknown,
): TopAggregator<unknown, unknown, unknown> {
  return { ...ranking('top', 1, { by, of }, (a, b) => a > b), result: best };
}

/** The value with the smallest `by`; otherwise as `maxBy`. */
export function minBy<T>(by: (value: T) => Maybe<Comparable>): TopAggregator<T, T, T | undefined>;
export function minBy<T, V>(
  by: (value: T) => Maybe<Comparable>,
  of: (value: T) => Maybe<V>,
): TopAggregator<T, V, V | undefined>;
export function minBy(
  by: (value: unknown) => Maybe<Comparable>,
  of?: (value: unknown) => unknown,
): TopAggregator<unknown, unknown, unknown> {
  return { ...ranking('bottom', 1, { by, of }, (a, b) => a < b), result: best };
}

interface AnyTopOptions extends TopOptions<unknown> {
  readonly of?: ((value: unknown) => unknown) | undefined;
}

const best = ([winner]: Top<unknown>): unknown => winner?.[2];

function ranking(
  kind: string,
  n: number,
  { by, id, of }: AnyTopOptions,
  beats: (a: Comparable, b: Comparable) => boolean,
): TopAggregator<unknown, unknown> {
  checkWholeNumber(n, 1, MOST, `the number of values of ${kind}N`);
  const isBehind = (a: Ranked<unknown>, b: Ranked<unknown>): boolean =>
    beats(b[0], a[0]) || (!beats(a[0], b[0]) && a[1] >= b[1]);

  const insert = (top: Top<unknown>, entry: Ranked<unknown>): Top<unknown> => {
    const worst = top[n - 1];
    if (worst !== undefined && isBehind(entry, worst)) return top;
    const same = id === undefined ? -1 : top.findIndex((other) => other[3] === entry[3]);
    const holder = top[same];
    if (holder !== undefined) {
      if (isBehind(entry, holder)) return top;
      top.splice(same, 1);
    }
    const place = top.findIndex((other) => !isBehind(entry, other));
    top.splice(place === -1 ? top.length : place, 0, entry);
    if (top.length > n) top.pop();
    return top;
  };

  return {
    kind: id === undefined ? `${kind}(${n})` : `${kind}(${n} by id)`,
    extract: (value, timestamp) => {
      const rank = countable(by(value));
      const kept = of === undefined ? value : countable(of(value));
      const found = id === undefined ? undefined : countable(id(value));
      if (rank === undefined || kept === undefined) return undefined;
      if (id === undefined) return [rank, timestamp, kept];
      return found === undefined ? undefined : [rank, timestamp, kept, found];
    },
    init: () => [],
    add: insert,
    merge: (top, other) => other.reduce(insert, top),
    result: (top) => top.map(([, , value]) => value),
  };
}
