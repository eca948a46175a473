import type { CheckpointName } from './checkpoint-archive.ts';

const ENTRY_DIGITS = 12;
const OBJECT_DIGITS = 5;
const LENGTH_BYTES = 4;

/** What the keys of all of a task's checkpoints begin with; no task's is the beginning of another's. */
export function taskPrefix(prefix: string, task: string): string {
  return `${prefix}/${encodeURIComponent(task)}/`;
}

/** What the keys of one checkpoint's objects begin with, behind the task's prefix. */
export function checkpointPath({ n, writer }: CheckpointName): string {
  return `${String(n).padStart(ENTRY_DIGITS, '0')}/${writer}/`;
}

/** The key of one object, behind the task's prefix. */
export function objectPath(name: CheckpointName, index: number): string {
  return `${checkpointPath(name)}${String(index).padStart(OBJECT_DIGITS, '0')}`;
}

/** The entry a key belongs to, given what is behind the task's prefix. */
export function entryOf(path: string): number {
  return Number(path.split('/')[0]);
}

/** Packs pieces into bodies of about this size, each piece whole and with its length before it. */
export function* packed(pieces: Iterable<Uint8Array>, bodyBytes: number): Iterable<Uint8Array> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    if (size > 0 && size + piece.length > bodyBytes) {
      yield Buffer.concat(parts);
      parts = [];
      size = 0;
    }
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(piece.length);
    parts.push(length, piece);
    size += LENGTH_BYTES + piece.length;
  }
  if (size > 0) yield Buffer.concat(parts);
}

/** The pieces of a body, without copying them. */
export function* unpacked(body: Uint8Array): Iterable<Uint8Array> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  for (let start = 0; start < bytes.length; ) {
    const end = start + LENGTH_BYTES + bytes.readUInt32BE(start);
    yield bytes.subarray(start + LENGTH_BYTES, end);
    start = end;
  }
}
