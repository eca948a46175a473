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
