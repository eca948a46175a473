import { countable, type Maybe } from './countable.ts';

/** A value and its event time. */
export type Timed<V> = readonly [timestamp: number, value: V];

/** Reads a value that counts, with its event time: what an aggregate that goes by time extracts. */
export function timed<T, V>(
  of: (value: T) => Maybe<V>,
): (value: T, timestamp: number) => Timed<V> | undefined {
  return (value, timestamp) => {
    const found = countable(of(value));
    return found === undefined ? undefined : [timestamp, found];
  };
}

/** Values in the order of their event time; those of equal time in log order. */
export type InOrder<V> = Timed<V>[];

/** Puts an entry, the newest of the log, behind everything that isn't later. */
export function insertInOrder<V>(entries: InOrder<V>, entry: Timed<V>): void {
  const [timestamp] = entry;
  let index = entries.length;
  while (index > 0 && (entries[index - 1]?.[0] ?? timestamp) > timestamp) index -= 1;
  entries.splice(index, 0, entry);
}

/** Both in order; where times are equal, `entries` come before `others`, which come after them in the log. */
export function mergeInOrder<V>(entries: InOrder<V>, others: InOrder<V>): InOrder<V> {
  return [...entries, ...others].toSorted(([a], [b]) => a - b);
}
