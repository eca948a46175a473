import type { Position } from '../model/index.ts';
import type { StateShapes } from '../plan/index.ts';

/** The layout of entries and tails; a reader refuses what it doesn't know. */
export const JOURNAL_FORMAT = 1;

/** Points at a full checkpoint of an entry, in pieces that are written once and never changed: its state, or its outbox. */
export interface CheckpointRef {
  /** The entry it was written for. */
  readonly n: number;
  /** The attempt that wrote it; with `n` it names the pieces, so no two attempts ever share one. */
  readonly writer: string;
  /** Where the store has put it, if not beside the entries. */
  readonly place?: 'bucket';
  readonly pieces: number;
  readonly bytes: number;
  /** SHA-256 over all of them in order, as they are stored, in hex. */
  readonly checksum: string;
}

/**
 * One append to a task's journal.
 *
 * - `start`: the first entry of a task without ancestors: where its shard began to be read.
 * - `delta`: what changed since the entry before.
 * - `fork`: the first entry of a child shard: the state its parents left it.
 * - `seal`: the last entry of a parent shard; nothing can be appended after it.
 */
export interface JournalEntry {
  readonly format: number;
  readonly n: number;
  readonly kind: 'start' | 'delta' | 'fork' | 'seal';
  /** Everything left of it is in the state. */
  readonly through: Position;
  /** The attempt that wrote it. */
  readonly writer: string;
  /**
   * What comes after this entry may be in a tail only: the mapping has a window, or had one once. Without, it moves past a
   * batch only when that is journaled, so nothing can lie between the state and the next batch.
   */
  readonly mayLeaveTails: boolean;
  /** What the state looks like, operator by operator. */
  readonly shapes: StateShapes;
  /** The encoded changes since entry n - 1; absent if they were too large and a checkpoint was taken instead. */
  readonly delta?: Uint8Array;
  /** Encoded outputs not known to be delivered when this was written. */
  readonly outbox?: Uint8Array;
  /** Where those outputs are instead, if they were too large for an entry. */
  readonly outboxPieces?: CheckpointRef;
  /** The latest full checkpoint. Without one, the journal reaches back to its first entry. */
  readonly checkpoint?: CheckpointRef;
}
