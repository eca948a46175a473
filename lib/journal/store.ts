import type { CheckpointRef, JournalEntry } from './entry.ts';

/** What became of an append. */
export type AppendResult =
  | { readonly kind: 'appended' }
  /** The slot holds something else: `holder`, if there is one. */
  | { readonly kind: 'refused'; readonly holder: JournalEntry | undefined };

/**
 * Where journals are kept: for each task a ring of slots, and beside it the pieces of its checkpoints. Entry n lives
 * in slot `n mod slots`. Every read is strongly consistent. Infrastructure errors are thrown, and an append that
 * threw may have happened.
 */
export interface JournalStore {
  readonly slots: number;

  /** What is now in the slot of entry n: that entry, an older one, a newer one, or nothing. */
  readSlot(task: string, n: number): Promise<JournalEntry | undefined>;

  /** Every entry in the ring, in any order. Not atomic: appends may happen meanwhile. */
  readRing(task: string): Promise<readonly JournalEntry[]>;

  /** One atomic conditional write: only if the slot is empty or holds exactly entry n - slots (the fence, I2). */
  append(task: string, entry: JournalEntry): Promise<AppendResult>;

  /** Writes the pieces of a checkpoint under names no other attempt uses. */
  writeCheckpoint(
    task: string,
    name: Pick<CheckpointRef, 'n' | 'writer'>,
    pieces: Iterable<Uint8Array>,
  ): Promise<CheckpointRef>;

  /**
   * The pieces, in order.
   * @throws RetryableError if one is missing or they don't match the checksum: a newer checkpoint has replaced it
   */
  readCheckpoint(task: string, checkpoint: CheckpointRef): Promise<readonly Uint8Array[]>;

  /**
   * Removes every checkpoint that can't be referred to any more now that entry n is appended: those of older entries and
   * those other attempts wrote for the same one, except the ones kept.
   */
  removeCheckpoints(task: string, n: number, kept: readonly CheckpointRef[]): Promise<void>;
}
