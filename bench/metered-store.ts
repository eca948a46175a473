import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { itemKey, pieceSlot, toItem } from '../lib/aws/journal-items.ts';
import { ITEM_LIMIT_BYTES } from '../lib/aws/table-checkpoints.ts';
import type { AppendResult, CheckpointRef, JournalEntry } from '../lib/journal/index.ts';
import { MemoryJournalStore } from '../lib/testing/index.ts';

const WRITE_UNIT_BYTES = 1024;

/** What was written, as DynamoDB and S3 would count it. */
export interface Written {
  readonly entries: number;
  readonly entryBytes: number;
  readonly entryUnits: number;
  readonly checkpoints: number;
  readonly checkpointBytes: number;
  /** Of checkpoints small enough for the table, their removal included; those in a bucket cost none. */
  readonly checkpointUnits: number;
}

export const NOTHING_WRITTEN: Written = {
  entries: 0,
  entryBytes: 0,
  entryUnits: 0,
  checkpoints: 0,
  checkpointBytes: 0,
  checkpointUnits: 0,
};

/** A journal in memory that counts what its writes would cost as the items of the DynamoDB store. */
export class MeteredStore extends MemoryJournalStore {
  written = NOTHING_WRITTEN;
  latestCheckpointBytes = 0;
  readonly #slotBytes = new Map<number, number>();

  override async append(task: string, entry: JournalEntry): Promise<AppendResult> {
    const result = await super.append(task, entry);
    const { entries, entryBytes, entryUnits } = this.written;
    const slot = entry.n % this.slots;
    const bytes = itemBytes(toItem(task, this.slots, entry));
    const replaced = this.#slotBytes.get(slot) ?? 0;
    this.#slotBytes.set(slot, bytes);
    this.written = {
      ...this.written,
      entries: entries + 1,
      entryBytes: entryBytes + bytes,
      entryUnits: entryUnits + writeUnits(Math.max(bytes, replaced)),
    };
    return result;
  }

  override async writeCheckpoint(
    task: string,
    name: Pick<CheckpointRef, 'n' | 'writer'>,
    pieces: Iterable<Uint8Array>,
  ): Promise<CheckpointRef> {
    const all = [...pieces];
    const reference = await super.writeCheckpoint(task, name, all);
    this.latestCheckpointBytes = reference.bytes;
    const isInTable = reference.bytes <= ITEM_LIMIT_BYTES;
    const units = all.map((piece, index) =>
      writeUnits(
        itemBytes({
          ...itemKey(task, pieceSlot(name, index)),
          piece: { B: piece },
          continues: { BOOL: false },
        }),
      ),
    );
    const { checkpoints, checkpointBytes, checkpointUnits } = this.written;
    this.written = {
      ...this.written,
      checkpoints: checkpoints + 1,
      checkpointBytes: checkpointBytes + reference.bytes,
      checkpointUnits: checkpointUnits + (isInTable ? 2 * sumOf(units) : 0),
    };
    return reference;
  }
}

export function writeUnits(bytes: number): number {
  return Math.ceil(bytes / WRITE_UNIT_BYTES);
}

/**
 * The size of an item as DynamoDB counts it. Writes are charged by the larger of the old and the new item.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Readonly<Record<string, AttributeValue>>): number {
  return sumOf(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueBytes(value)));
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.B !== undefined) return value.B.length;
  const collection = 3;
  if (value.L !== undefined) return collection + sumOf(value.L.map((each) => 1 + valueBytes(each)));
  if (value.M !== undefined) return collection + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
