import type { WindowRange } from './window-range.ts';

/** A value on its way through a stage. */
export interface Event {
  readonly value: unknown;
  /** Event time, in milliseconds since the Unix epoch. */
  readonly timestamp: number;
  /** Encoded key; absent until the stream is keyed. */
  readonly key?: string;
  /** The window whose result this is. With the key it names one row of a results table. */
  readonly window?: WindowRange;
  /** Tells apart rows of one key whose windows begin together. */
  readonly row?: string;
  /**
   * Absent on what comes once. Of the versions of a row, `update` may be followed by another, `last` may not, and
   * `retract` takes the row back.
   */
  readonly change?: 'update' | 'last' | 'retract';
  /** Set on a record whose timestamp lies further ahead of its arrival than `maxSkew` allows. */
  readonly isAhead?: boolean;
  /** Set on a record that event time has passed only because the stream was silent. */
  readonly isOvertaken?: boolean;
  /** Set on what stands for many events: the value is their accumulators, the timestamp the start of their pane. */
  readonly isPartial?: boolean;
}

/** Why a record could not be counted where it belongs. */
export type LateReason = 'behind-watermark' | 'ahead-of-arrival' | 'idle-advance';

/** What a `.late` stream carries: the value, and enough to see by how much and why it missed. */
export interface Late<T> {
  readonly value: T;
  readonly timestamp: number;
  /** Event time where it was refused. */
  readonly watermark: number;
  /** How far its timestamp lies behind the watermark, in milliseconds; negative if it lies ahead. */
  readonly lateBy: number;
  readonly reason: LateReason;
  readonly windowStart: number;
  readonly windowEnd: number;
}

/** An event for a late stream. */
export interface LateEvent extends Event {
  readonly value: Late<unknown>;
}
