import type { Changes, TaskState } from '../engine/index.ts';

interface Segment {
  readonly changes: Changes;
  readonly bytes: Uint8Array;
}

/** Segments smaller than this are merged whatever is in them, so that the list stays short. */
const SMALL_BYTES = 16 * 1024;
/** Of larger ones, merging must save so much of the entries to be worth encoding them again. */
const WORTH_SAVING = 0.25;

/**
 * What changed since the last append, as a list of encoded segments, oldest first. Each invocation adds one; a segment
 * that isn't twice as large as the next is merged with it, so a change is encoded again only O(log n) times and the
 * list stays short. Large segments that are about different entries stay apart: together they would be as large.
 */
export class Segments {
  readonly #state: TaskState;
  #segments: Segment[] = [];

  constructor(state: TaskState) {
    this.#state = state;
  }

  get bytes(): readonly Uint8Array[] {
    return this.#segments.map(({ bytes }) => bytes);
  }

  get sizeBytes(): number {
    return this.#segments.reduce((total, { bytes }) => total + bytes.length, 0);
  }

  /** Takes what changed in the state since it was last taken. */
  take(): void {
    let changes = this.#state.takeChanges();
    let bytes = this.#state.encodeChanges(changes);
    for (;;) {
      const previous = this.#segments.at(-1);
      if (previous === undefined || previous.bytes.length >= 2 * bytes.length) break;
      const together = merged(previous.changes, changes);
      const apart = sizeOf(previous.changes) + sizeOf(changes);
      if (bytes.length > SMALL_BYTES && sizeOf(together) > (1 - WORTH_SAVING) * apart) break;
      this.#segments.pop();
      changes = together;
      bytes = this.#state.encodeChanges(changes);
    }
    this.#segments.push({ changes, bytes });
  }

  /** Applies a segment another invocation encoded, and keeps it. */
  restore(bytes: Uint8Array): void {
    this.#segments.push({ changes: this.#state.apply(bytes), bytes });
  }

  /** All of it as one. */
  encodeAll(): Uint8Array {
    const [only, ...others] = this.#segments;
    if (only !== undefined && others.length === 0) return only.bytes;
    return this.#state.encodeChanges(...this.#segments.map(({ changes }) => changes));
  }

  clear(): void {
    this.#segments = [];
  }
}

function merged(older: Changes, newer: Changes): Changes {
  const ids = new Set([...older.keys(), ...newer.keys()]);
  return new Map(
    [...ids].map((id) => [id, [...new Set([...(older.get(id) ?? []), ...(newer.get(id) ?? [])])]]),
  );
}

function sizeOf(changes: Changes): number {
  return [...changes.values()].reduce((total, entries) => total + entries.length, 0);
}
