import type { CheckpointRef } from '../journal/index.ts';
import { FatalError } from '../model/index.ts';
import type { CheckpointArchive, CheckpointName } from './checkpoint-archive.ts';

export interface Tiers {
  readonly table: CheckpointArchive;
  /** @default none: all go to the table */
  readonly bucket?: CheckpointArchive | undefined;
  /** A checkpoint that is larger goes to the bucket. */
  readonly tableLimitBytes: number;
}

/** Small checkpoints in the table, large ones in a bucket; each is found where its reference says it is. */
export class TieredCheckpoints implements CheckpointArchive {
  readonly #tiers: Tiers;

  constructor(tiers: Tiers) {
    this.#tiers = tiers;
  }

  write(task: string, name: CheckpointName, pieces: Iterable<Uint8Array>): Promise<CheckpointRef> {
    const { table, bucket, tableLimitBytes } = this.#tiers;
    if (bucket === undefined) return table.write(task, name, pieces);
    const { isLarger, all } = measured(pieces, tableLimitBytes);
    return (isLarger ? bucket : table).write(task, name, all);
  }

  /** @throws FatalError if it is in a bucket and none is configured */
  async read(task: string, checkpoint: CheckpointRef): Promise<readonly Uint8Array[]> {
    const { table, bucket } = this.#tiers;
    const archive = checkpoint.place === 'bucket' ? bucket : table;
    if (archive !== undefined) return archive.read(task, checkpoint);
    throw new FatalError(
      `checkpoint of entry ${checkpoint.n} of task "${task}" is in a bucket, and none is configured; deploy the ` +
        'function with the bucket it had',
      { code: 'MR1005' },
    );
  }

  async removeUpTo(task: string, n: number, kept: readonly CheckpointName[]): Promise<void> {
    const { table, bucket } = this.#tiers;
    await Promise.all([table.removeUpTo(task, n, kept), bucket?.removeUpTo(task, n, kept)]);
  }
}

/** Whether the pieces together are larger than the limit. No more of them are taken beforehand than it needs to tell. */
function measured(
  pieces: Iterable<Uint8Array>,
  limitBytes: number,
): { readonly isLarger: boolean; readonly all: Iterable<Uint8Array> } {
  const iterator = pieces[Symbol.iterator]();
  const taken: Uint8Array[] = [];
  for (let bytes = 0; bytes <= limitBytes; ) {
    const { value, done } = iterator.next();
    if (done === true) return { isLarger: false, all: taken };
    taken.push(value);
    bytes += value.length;
  }
  return { isLarger: true, all: chained(taken, iterator) };
}

function* chained<T>(first: readonly T[], rest: Iterator<T>): Iterable<T> {
  yield* first;
  yield* { [Symbol.iterator]: () => rest };
}
