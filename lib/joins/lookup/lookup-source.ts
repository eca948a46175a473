/**
 * A table outside, read by key. What it answers isn't in the log: a replay may be answered otherwise. Whoever needs the
 * same results again has to keep the answers that were used.
 */
export interface LookupSource<V> {
  /** How many keys one read takes at most. */
  readonly maxKeys: number;
  /**
   * Reads some keys at once. Called with 1 to `maxKeys` distinct keys; several calls may be under way, for the same
   * key only if the earlier one was aborted. What is rejected is asked again after a pause, except for a `FatalError`.
   * @param signal says that nobody waits for the answer any more
   */
  read(keys: readonly string[], signal: AbortSignal): Promise<LookupAnswer<V>>;
}

/** A key in neither part isn't in the table. */
export interface LookupAnswer<V> {
  readonly found: ReadonlyMap<string, V>;
  /** Keys that the table was too busy for. They are asked again after a pause. */
  readonly throttled: readonly string[];
}

/** What is known of one key. */
export type Looked<V> = KnownKey<V> | UnknownKey<V>;

/** What the table answered. */
export type KnownKey<V> = { readonly kind: 'found'; readonly value: V } | { readonly kind: 'missing' };

/** The table gave no answer in time. */
export interface UnknownKey<V> {
  readonly kind: 'unknown';
  readonly reason: LookupFailure;
  /** What the last failed read was rejected with, where it was. */
  readonly cause?: unknown;
  /** What the table answered earlier, if that is still remembered. */
  readonly stale?: KnownKey<V>;
}

export type LookupFailure = 'throttled' | 'timed-out' | 'failed';
