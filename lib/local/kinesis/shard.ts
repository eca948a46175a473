import type { SequenceNumber } from '../../model/index.ts';
import type { HashRange } from './hash-range.ts';
import { parseSequenceNumber, sequenceNumber } from './sequence-numbers.ts';
import { ShardLog, type StoredRecord } from './shard-log.ts';

export interface ShardOrigin {
  /** Its number in the stream, from 0, never used twice. */
  readonly index: number;
  readonly range: HashRange;
  /** Milliseconds since the epoch, later than every parent's. */
  readonly openedAt: number;
  /** None in the beginning, one after a split, two after a merge. */
  readonly parents: readonly Shard[];
}

/** A shard as it can be kept outside of the process. */
export interface KeptShard {
  readonly index: number;
  readonly range: HashRange;
  readonly openedAt: number;
  /** Ids. */
  readonly parents: readonly string[];
  readonly records: readonly StoredRecord[];
  readonly position: number;
  readonly arrivedAt: number;
  readonly tip: SequenceNumber;
  readonly closedAt: number | undefined;
}

/** One shard: a range of hash keys, a log, and whether it still takes records. */
export class Shard {
  readonly id: string;
  readonly origin: ShardOrigin;
  readonly log = new ShardLog();
  /** Before every record of this shard. */
  readonly startingSequenceNumber: SequenceNumber;
  readonly #children: Shard[] = [];
  #position = 0;
  #arrivedAt: number;
  #tip: SequenceNumber;
  #closedAt: number | undefined;

  constructor(origin: ShardOrigin) {
    this.id = `shardId-${String(origin.index).padStart(12, '0')}`;
    this.origin = origin;
    this.#arrivedAt = origin.openedAt;
    this.startingSequenceNumber = this.#number();
    this.#tip = this.startingSequenceNumber;
    for (const parent of origin.parents) parent.#children.push(this);
  }

  /** @param parents those of the kept ones that still exist */
  static restored(kept: KeptShard, parents: readonly Shard[]): Shard {
    const { index, range, openedAt, records, position, arrivedAt, tip, closedAt } = kept;
    const shard = new Shard({ index, range, openedAt, parents });
    for (const record of records) shard.log.append(record);
    shard.#position = position;
    shard.#arrivedAt = arrivedAt;
    shard.#tip = tip;
    shard.#closedAt = closedAt;
    return shard;
  }

  kept(): KeptShard {
    const { index, range, openedAt, parents } = this.origin;
    return {
      index,
      range,
      openedAt,
      parents: parents.map(({ id }) => id),
      records: this.log.all(),
      position: this.#position,
      arrivedAt: this.#arrivedAt,
      tip: this.#tip,
      closedAt: this.#closedAt,
    };
  }

  get range(): HashRange {
    return this.origin.range;
  }

  get parents(): readonly Shard[] {
    return this.origin.parents;
  }

  get children(): readonly Shard[] {
    return this.#children;
  }

  /** The latest sequence number issued; of a closed shard, its ending one. */
  get tip(): SequenceNumber {
    return this.#tip;
  }

  /** Milliseconds since the epoch; undefined while the shard is open. */
  get closedAt(): number | undefined {
    return this.#closedAt;
  }

  get endingSequenceNumber(): SequenceNumber | undefined {
    return this.#closedAt === undefined ? undefined : this.#tip;
  }

  isOpenAt(timestamp: number): boolean {
    return this.origin.openedAt <= timestamp && (this.#closedAt === undefined || timestamp < this.#closedAt);
  }

  append(partitionKey: string, data: Uint8Array, now: number): StoredRecord {
    this.#arrivedAt = Math.max(this.#arrivedAt, now);
    this.#position += 1;
    this.#tip = this.#number();
    const record = { sequenceNumber: this.#tip, arrivedAt: this.#arrivedAt, partitionKey, data };
    this.log.append(record);
    return record;
  }

  /** Ends the shard: its tip moves past the last record and stays. */
  close(now: number): void {
    this.#closedAt = now;
    this.#position += 1;
    this.#tip = this.#number();
  }

  /** Whether a sequence number could have been issued by this shard. */
  issued(text: SequenceNumber): boolean {
    const fields = parseSequenceNumber(text);
    return fields?.shardIndex === this.origin.index && fields.openedAt === this.origin.openedAt;
  }

  #number(): SequenceNumber {
    return sequenceNumber({
      openedAt: this.origin.openedAt,
      arrivedAt: this.#arrivedAt,
      position: this.#position,
      shardIndex: this.origin.index,
    });
  }
}
