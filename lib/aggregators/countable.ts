export type Maybe<V> = V | null | undefined;

/** What can be larger or smaller than another of its kind. Text compares by UTF-16 code units. */
export type Comparable = number | string | bigint;

/** What can be told apart by its value. `1`, `'1'` and `1n` are three. */
export type Distinguishable = number | string | bigint | boolean;

/**
 * A value that counts, or `undefined`: `null`, `undefined` and `NaN` don't. -0 counts as 0, as it would after having
 * been stored.
 */
export function countable<V>(value: Maybe<V>): V | undefined {
  if (value === null || Number.isNaN(value)) return undefined;
  return value === 0 ? (0 as V) : value;
}
