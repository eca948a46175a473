import { createHash } from 'node:crypto';
import { RetryableError } from '../model/index.ts';
import type { AppendResult, CheckpointRef, JournalEntry, JournalStore } from '../journal/index.ts';

/** A journal store that keeps everything in memory. It answers as the DynamoDB one does, and runs the same contract. */
export class MemoryJournalStore implements JournalStore {
  readonly slots: number;
  readonly #rings = new Map<string, Map<number, JournalEntry>>();
  readonly #checkpoints = new Map<
    string,
    Map<string, { readonly n: number; readonly pieces: readonly Uint8Array[] }>
  >();

  constructor(slots = 256) {
    this.slots = slots;
  }

  async readSlot(task: string, n: number): Promise<JournalEntry | undefined> {
    return this.#rings.get(task)?.get(n % this.slots);
  }

  async readRing(task: string): Promise<readonly JournalEntry[]> {
    return [...(this.#rings.get(task)?.values() ?? [])];
  }

  async append(task: string, entry: JournalEntry): Promise<AppendResult> {
    const ring = this.#rings.get(task) ?? new Map<number, JournalEntry>();
    this.#rings.set(task, ring);
    const holder = ring.get(entry.n % this.slots);
    if (holder !== undefined && holder.n !== entry.n - this.slots) return { kind: 'refused', holder };
    ring.set(entry.n % this.slots, entry);
    return { kind: 'appended' };
  }

  async writeCheckpoint(
    task: string,
    name: Pick<CheckpointRef, 'n' | 'writer'>,
    pieces: Iterable<Uint8Array>,
  ): Promise<CheckpointRef> {
    const written = [...pieces];
    const bytes = written.reduce((total, piece) => total + piece.length, 0);
    const all = this.#checkpoints.get(task) ?? new Map();
    this.#checkpoints.set(task, all.set(nameOf(name), { n: name.n, pieces: written }));
    return { ...name, pieces: written.length, bytes, checksum: checksumOf(written) };
  }

  async readCheckpoint(task: string, checkpoint: CheckpointRef): Promise<readonly Uint8Array[]> {
    const found = this.#checkpoints.get(task)?.get(nameOf(checkpoint));
    if (found !== undefined && checksumOf(found.pieces) === checkpoint.checksum) return found.pieces;
    throw new RetryableError(
      `checkpoint of entry ${checkpoint.n} of task "${task}" is gone; a newer one has replaced it`,
    );
  }

  async removeCheckpoints(task: string, n: number, kept: readonly CheckpointRef[]): Promise<void> {
    const all = this.#checkpoints.get(task);
    const names = new Set(kept.map(nameOf));
    for (const [name, checkpoint] of all ?? []) {
      if (checkpoint.n <= n && !names.has(name)) all?.delete(name);
    }
  }

  /** How much is stored for the task, to see that it stays bounded. */
  sizeOf(task: string): { readonly entries: number; readonly checkpoints: number } {
    return { entries: this.#rings.get(task)?.size ?? 0, checkpoints: this.#checkpoints.get(task)?.size ?? 0 };
  }
}

function nameOf({ n, writer }: Pick<CheckpointRef, 'n' | 'writer'>): string {
  return `${n}#${writer}`;
}

function checksumOf(pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}
