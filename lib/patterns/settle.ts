import { lastOf, type Reading } from './reading.ts';

/**
 * What a match does to others.
 *
 * - `no-skip`: nothing; every match there is.
 * - `to-next`: the first match of each event that may begin one.
 * - `past-last-event`: matches don't overlap. A match drops every partial match that began at or before its last event.
 */
export type SkipStrategy = 'no-skip' | 'to-next' | 'past-last-event';

export const SKIP_STRATEGIES: readonly SkipStrategy[] = ['no-skip', 'to-next', 'past-last-event'];

/** The readings that one event has begun. */
export interface Group {
  readonly ordinal: number;
  readonly open: readonly Reading[];
  /** Those that have just become matches, those that went on sooner first. */
  readonly complete: readonly Reading[];
}

export interface Settled {
  readonly matches: readonly Reading[];
  /** What goes on, with its open readings. Groups without any are left out. */
  readonly groups: readonly Group[];
}

/** Decides which matches count, and what goes on beside them. The groups come in the order in which they began. */
export function settle(groups: readonly Group[], skip: SkipStrategy): Settled {
  const matches: Reading[] = [];
  let skippedThrough = -1;
  const left: Group[] = [];
  for (const group of groups) {
    if (group.ordinal <= skippedThrough) continue;
    const counted = skip === 'no-skip' ? group.complete : group.complete.slice(0, 1);
    matches.push(...counted);
    if (skip === 'past-last-event') skippedThrough = Math.max(skippedThrough, ...counted.map(lastOf));
    const isOver = counted.length > 0 && skip !== 'no-skip';
    if (!isOver && group.open.length > 0) left.push(group);
  }
  return { matches, groups: left.filter(({ ordinal }) => ordinal > skippedThrough) };
}
