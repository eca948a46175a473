import type { WindowRange } from '../model/index.ts';
import { floorMod } from '../time/index.ts';
import type { Side } from './join-kind.ts';

/** How far through event time a row reaches for partners. */
export interface Reach {
  /** Timestamps of possible partners, both inclusive. */
  readonly from: number;
  readonly to: number;
  /** The watermark from which on such a row is late. */
  readonly lateFrom: number;
  /** The watermark from which on every possible partner is late: the row has its last chance behind it. */
  readonly closesAt: number;
  readonly window?: WindowRange;
}

export type ReachOf = (side: Side, timestamp: number) => Reach;

/**
 * Partners lie at most so far before and after a left row; a row may be `graceMs` behind the watermark. A row that is
 * further behind is late even while it would still be kept: partners of it are gone already, and both would be emitted
 * alone although they are a pair.
 */
export function intervalReach(beforeMs: number, afterMs: number, graceMs: number): ReachOf {
  return (side, timestamp) => {
    const from = timestamp - (side === 'left' ? beforeMs : afterMs);
    const to = timestamp + (side === 'left' ? afterMs : beforeMs);
    // Timestamps are whole milliseconds, and one that equals the watermark is in time: hence the 1.
    return { from, to, lateFrom: timestamp + graceMs + 1, closesAt: to + graceMs + 1 };
  };
}

/** Partners lie in the same window; a row is late once its window has closed. */
export function windowReach(sizeMs: number, graceMs: number): ReachOf {
  return (_side, timestamp) => {
    const start = timestamp - floorMod(timestamp, sizeMs);
    const end = start + sizeMs;
    return {
      from: start,
      to: end - 1,
      lateFrom: end + graceMs,
      closesAt: end + graceMs,
      window: { start, end },
    };
  };
}
