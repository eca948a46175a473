import type { Auction, BeamBid, NexmarkEvent, Person } from '../events.ts';

/** The persons among the events, in the order they came. */
export function personsOf(events: readonly NexmarkEvent<BeamBid>[]): readonly Person[] {
  return events.flatMap((event) => (event.event_type === 0 ? [event.person] : []));
}

/** The auctions among the events, in the order they came. */
export function auctionsOf(events: readonly NexmarkEvent<BeamBid>[]): readonly Auction[] {
  return events.flatMap((event) => (event.event_type === 1 ? [event.auction] : []));
}

/** The bids among the events, in the order they came. */
export function bidsOf<B extends BeamBid>(events: readonly NexmarkEvent<B>[]): readonly B[] {
  return events.flatMap((event) => (event.event_type === 2 ? [event.bid] : []));
}

/** The values of each key, in the order they came. */
export function groupBy<T, K extends string | number>(
  values: readonly T[],
  keyOf: (value: T) => K,
): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

/** The starts of all windows that hold this time, half-open and aligned to the epoch. */
export function windowStartsOf(time: number, sizeMs: number, slideMs: number): readonly number[] {
  const starts: number[] = [];
  for (let start = time - (time % slideMs); start > time - sizeMs; start -= slideMs) starts.push(start);
  return starts;
}

/** `2015-07-15`, in UTC. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** `09:05`, in UTC. */
export function minuteOf(time: number): string {
  return new Date(time).toISOString().slice(11, 16);
}
