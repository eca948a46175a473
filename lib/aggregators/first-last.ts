import type { Aggregator } from './aggregator.ts';
import type { Maybe } from './countable.ts';
import { timed, type Timed } from './in-order.ts';

type Holder<V> = Timed<V> | undefined;

/**
 * The value with the earliest event time; among equal times the first of the log. `undefined` if nothing counts.
 * Without `of` the whole value is kept.
 */
export function first<T>(): Aggregator<T, Timed<T>, Holder<T>, T | undefined>;
export function first<T, V>(of: (value: T) => Maybe<V>): Aggregator<T, Timed<V>, Holder<V>, V | undefined>;
export function first(
  of: (value: unknown) => unknown = itself,
): Aggregator<unknown, Timed<unknown>, Holder<unknown>, unknown> {
  return outermost('first', of, (challenger, holder) => challenger < holder);
}

/**
 * The value with the latest event time; among equal times the last of the log. `undefined` if nothing counts.
 * Without `of` the whole value is kept.
 */
export function last<T>(): Aggregator<T, Timed<T>, Holder<T>, T | undefined>;
export function last<T, V>(of: (value: T) => Maybe<V>): Aggregator<T, Timed<V>, Holder<V>, V | undefined>;
export function last(
  of: (value: unknown) => unknown = itself,
): Aggregator<unknown, Timed<unknown>, Holder<unknown>, unknown> {
  return outermost('last', of, (challenger, holder) => challenger >= holder);
}

const itself = (value: unknown): unknown => value;

function outermost(
  kind: string,
  of: (value: unknown) => unknown,
  wins: (challenger: number, holder: number) => boolean,
): Aggregator<unknown, Timed<unknown>, Holder<unknown>, unknown> {
  const outer = (holder: Holder<unknown>, challenger: Holder<unknown>): Holder<unknown> =>
    holder === undefined || (challenger !== undefined && wins(challenger[0], holder[0]))
      ? challenger
      : holder;
  return {
    kind,
    extract: timed(of),
    init: () => undefined,
    add: outer,
    merge: outer,
    result: (holder) => holder?.[1],
  };
}
