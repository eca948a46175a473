import { createHash } from 'node:crypto';
import type { Change } from './change.ts';
import { database, type Fields, type Item, type KeySchema } from './dynalite.ts';
import { REGION } from './arn.ts';

export type ViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

export interface StreamDefinition {
  readonly arn: string;
  readonly label: string;
  readonly table: string;
  readonly viewType: ViewType;
  readonly keySchema: KeySchema;
  readonly createdMs: number;
}

interface Entry {
  readonly atMs: number;
  readonly sizeBytes: number;
  readonly record: Fields;
}

const RETENTION_MS = 24 * 60 * 60 * 1000;
/** Bounds the memory of a long run; the oldest records go first, as if they had aged. */
const RETENTION_BYTES = 64 * 1024 * 1024;
const ANSWER_BYTES = 1024 * 1024;

/**
 * The changes of one table in commit order, in memory: one shard, open until the stream is disabled. A position counts
 * records since this run of the endpoint began; a sequence number is `1`, the run (8 digits) and the position (15), so
 * that it grows from run to run too.
 */
export class ChangeStream {
  readonly definition: StreamDefinition;
  readonly #run: string;
  readonly #entries = new Map<number, Entry>();
  #head = 0;
  #tail = 0;
  #bytes = 0;
  #isOpen = true;

  constructor(definition: StreamDefinition, run: number) {
    this.definition = definition;
    this.#run = `1${String(run).padStart(8, '0')}`;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The position of the oldest record kept. */
  get head(): number {
    return this.#head;
  }

  /** The position the next record will have. */
  get tail(): number {
    return this.#tail;
  }

  get shardId(): string {
    return `shardId-${String(this.definition.createdMs).padStart(20, '0')}-${hash(this.definition.arn, 8)}`;
  }

  close(): void {
    this.#isOpen = false;
  }

  append(change: Change, nowMs: number): void {
    const position = this.#tail;
    const body = this.#bodyOf(change, position, nowMs);
    const record = {
      eventID: hash(`${this.definition.arn} ${position} ${this.#run}`, 32),
      eventName: eventNameOf(change),
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: REGION,
      dynamodb: body,
    };
    this.#entries.set(position, { atMs: nowMs, sizeBytes: body.SizeBytes, record });
    this.#tail += 1;
    this.#bytes += body.SizeBytes;
    this.trim(nowMs);
  }

  /** Forgets records past their retention. */
  trim(nowMs: number): void {
    for (;;) {
      const oldest = this.#entries.get(this.#head);
      if (oldest === undefined) return;
      if (oldest.atMs > nowMs - RETENTION_MS && this.#bytes <= RETENTION_BYTES) return;
      this.#entries.delete(this.#head);
      this.#bytes -= oldest.sizeBytes;
      this.#head += 1;
    }
  }

  /** The records from a position on: at most `limit`, and at most 1 MB unless the first alone is larger. */
  read(from: number, limit: number): readonly Fields[] {
    const records: Fields[] = [];
    let bytes = 0;
    for (let position = from; records.length < limit; position += 1) {
      const entry = this.#entries.get(position);
      if (entry === undefined) break;
      bytes += entry.sizeBytes;
      if (records.length > 0 && bytes > ANSWER_BYTES) break;
      records.push(entry.record);
    }
    return records;
  }

  sequenceNumber(position: number): string {
    return `${this.#run}${String(position).padStart(15, '0')}`;
  }

  /** The position of a sequence number; negative if it is of an earlier run. */
  positionOf(sequenceNumber: string): number {
    return sequenceNumber.startsWith(this.#run) ? Number(sequenceNumber.slice(this.#run.length)) : -1;
  }

  #bodyOf(
    { before, after }: Change,
    position: number,
    nowMs: number,
  ): Fields & { readonly SizeBytes: number } {
    const { viewType, keySchema } = this.definition;
    const keys = keysOf(after ?? before ?? {}, keySchema);
    const newImage = viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? after : undefined;
    const oldImage = viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES' ? before : undefined;
    return {
      ApproximateCreationDateTime: Math.floor(nowMs / 1000),
      Keys: keys,
      ...(newImage && { NewImage: newImage }),
      ...(oldImage && { OldImage: oldImage }),
      SequenceNumber: this.sequenceNumber(position),
      SizeBytes: database.itemSize(keys) + sizeOf(newImage) + sizeOf(oldImage),
      StreamViewType: viewType,
    };
  }
}

function eventNameOf({ before, after }: Change): 'INSERT' | 'MODIFY' | 'REMOVE' {
  if (after === undefined) return 'REMOVE';
  return before === undefined ? 'INSERT' : 'MODIFY';
}

function keysOf(item: Item, keySchema: KeySchema): Item {
  const names = new Set(keySchema.map((key) => key.AttributeName));
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}

function sizeOf(image: Item | undefined): number {
  return image === undefined ? 0 : database.itemSize(image);
}

function hash(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
