import type { Aggregator } from './aggregator.ts';
import type { Maybe } from './countable.ts';
import { timed, type Timed } from './in-order.ts';

/** What is known of the values before the latest, and how the latest is judged by it. */
export interface Baseline<B, Out> {
  readonly kind: string;
  readonly none: () => B;
  readonly add: (baseline: B, entry: Timed<number>) => B;
  readonly merge: (baseline: B, other: B) => B;
  readonly judge: (latest: number, before: B) => Out | undefined;
}

type LatestAndBefore<B> = [latest: Timed<number> | undefined, before: B];
export type LatestAgainst<T, B, Out> = Aggregator<T, Timed<number>, LatestAndBefore<B>, Out | undefined>;

/**
 * Judges the latest value, by event time and then log order, by all the others. A value that comes late joins the
 * others, so what is computed depends on the values and their times, not on how they arrived.
 */
export function latestAgainst<T, B, Out>(
  of: (value: T) => Maybe<number>,
  { kind, none, add, merge, judge }: Baseline<B, Out>,
): LatestAgainst<T, B, Out> {
  const addEntry = ([latest, before]: LatestAndBefore<B>, entry: Timed<number>): LatestAndBefore<B> => {
    if (latest === undefined) return [entry, before];
    return entry[0] >= latest[0] ? [entry, add(before, latest)] : [latest, add(before, entry)];
  };
  return {
    kind,
    extract: timed(of),
    init: () => [undefined, none()],
    add: addEntry,
    merge: ([latest, before], [otherLatest, otherBefore]) => {
      const joined: LatestAndBefore<B> = [latest, merge(before, otherBefore)];
      return otherLatest === undefined ? joined : addEntry(joined, otherLatest);
    },
    result: ([latest, before]) => (latest === undefined ? undefined : judge(latest[1], before)),
  };
}

/** A distance counted in deviations; infinite if there is a distance, but no deviation. */
export function inDeviations(distance: number, deviation: number): number {
  return distance === 0 ? 0 : distance / deviation;
}
