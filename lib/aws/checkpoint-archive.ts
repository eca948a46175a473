import type { CheckpointRef } from '../journal/index.ts';

/** What names a checkpoint: no two attempts share one. */
export type CheckpointName = Pick<CheckpointRef, 'n' | 'writer'>;

/** One place where checkpoints are kept, with the promises a journal store makes for them. */
export interface CheckpointArchive {
  write(task: string, name: CheckpointName, pieces: Iterable<Uint8Array>): Promise<CheckpointRef>;

  /** @throws RetryableError if it isn't what was written: a newer checkpoint has replaced it */
  read(task: string, checkpoint: CheckpointRef): Promise<readonly Uint8Array[]>;

  /** Removes what is there of entries up to n, late ones of lost attempts included, except the ones kept. */
  removeUpTo(task: string, n: number, kept: readonly CheckpointName[]): Promise<void>;
}
