/**
 * What becomes of an event whose key isn't in the table: it is dropped, it is kept without a row, or it goes to the dead
 * letters.
 */
export type MissPolicy = 'drop' | 'keep' | 'dead-letter';

/**
 * What becomes of an event whose key the table gave no answer for in time: its batch is delivered again later; it takes
 * what is remembered though its time is over, and is delivered again where nothing is; or it goes to the dead letters.
 */
export type UnknownPolicy = 'retry' | 'stale' | 'dead-letter';

/** What a lookup says beside the row. */
export interface LookupPairing {
  /** The row was remembered longer than its time to live, as the table gave no answer. */
  readonly isStale: boolean;
}
