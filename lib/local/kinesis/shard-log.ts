import type { SequenceNumber } from '../../model/index.ts';
import { partitionPoint } from './partition-point.ts';

export interface StoredRecord {
  readonly sequenceNumber: SequenceNumber;
  /** Milliseconds since the epoch; never falls within a shard. */
  readonly arrivedAt: number;
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

export interface ReadLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

export interface LogRead {
  readonly records: readonly StoredRecord[];
  /** The first record not returned; undefined at the tip. */
  readonly unread: StoredRecord | undefined;
}

/** The bytes a record counts for in the service's limits: its data and its partition key. */
export function sizeOf(record: { readonly partitionKey: string; readonly data: Uint8Array }): number {
  return record.data.byteLength + Buffer.byteLength(record.partitionKey);
}

/** Wasted slots before a trimmed array is cut: each trimmed record is moved past at most once on average. */
const MIN_COMPACTION = 1024;

/** Records in ascending order of sequence number and arrival; old ones leave at the head. */
export class ShardLog {
  readonly #records: (StoredRecord | undefined)[] = [];
  #head = 0;

  append(record: StoredRecord): void {
    this.#records.push(record);
  }

  /** Everything that isn't forgotten. */
  all(): readonly StoredRecord[] {
    return this.#records.filter((record) => record !== undefined);
  }

  /** Forgets the records that arrived before `horizon` (ms). */
  trim(horizon: number): void {
    const oldest = this.#records[this.#head];
    if (oldest === undefined || oldest.arrivedAt >= horizon) return;
    const head = partitionPoint(this.#records, this.#head, (record) => (record?.arrivedAt ?? 0) < horizon);
    this.#records.fill(undefined, this.#head, head);
    this.#head = head;
    if (head < MIN_COMPACTION || head * 2 < this.#records.length) return;
    this.#records.splice(0, head);
    this.#head = 0;
  }

  /** The first record that arrived at or after `timestamp` (ms). */
  firstSince(timestamp: number): StoredRecord | undefined {
    return this.#records[
      partitionPoint(this.#records, this.#head, (record) => (record?.arrivedAt ?? 0) < timestamp)
    ];
  }

  /** The records after `after`, as many as the limits allow, but at least one if there is one. */
  read(after: SequenceNumber, limits: ReadLimits): LogRead {
    const records: StoredRecord[] = [];
    let bytes = 0;
    let index = partitionPoint(
      this.#records,
      this.#head,
      (record) => record !== undefined && record.sequenceNumber <= after,
    );
    for (; records.length < limits.maxRecords; index += 1) {
      const record = this.#records[index];
      if (record === undefined) break;
      bytes += sizeOf(record);
      if (bytes > limits.maxBytes && records.length > 0) break;
      records.push(record);
    }
    return { records, unread: this.#records[index] };
  }
}
