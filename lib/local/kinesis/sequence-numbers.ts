import type { SequenceNumber } from '../../model/index.ts';

/**
 * The layout of a sequence number, most significant bit first:
 *
 *     1 │ shard opened, ms (48) │ record arrived, ms (48) │ position in the shard (57) │ shard index (32)
 *
 * 186 bits led by a one are always 56 decimal digits, so within this endpoint text order is number order. The opening
 * time comes first, and a shard opens later than its parents: a child's numbers exceed all of its parents'.
 */
export interface SequenceFields {
  readonly openedAt: number;
  readonly arrivedAt: number;
  /** 0 is before the first record. */
  readonly position: number;
  readonly shardIndex: number;
}

const SHARD_BITS = 32n;
const POSITION_BITS = 57n;
const TIME_BITS = 48n;
const ARRIVED_SHIFT = SHARD_BITS + POSITION_BITS;
const OPENED_SHIFT = ARRIVED_SHIFT + TIME_BITS;
const LEADING_ONE = 1n << (OPENED_SHIFT + TIME_BITS);

export function sequenceNumber(fields: SequenceFields): SequenceNumber {
  const bits =
    LEADING_ONE |
    (BigInt(fields.openedAt) << OPENED_SHIFT) |
    (BigInt(fields.arrivedAt) << ARRIVED_SHIFT) |
    (BigInt(fields.position) << SHARD_BITS) |
    BigInt(fields.shardIndex);
  return bits.toString();
}

/** What a sequence number says, or undefined when this endpoint can't have issued it. */
export function parseSequenceNumber(text: SequenceNumber): SequenceFields | undefined {
  if (!/^[1-9]\d{55}$/.test(text)) return undefined;
  const bits = BigInt(text);
  if (bits < LEADING_ONE || bits >= LEADING_ONE << 1n) return undefined;
  return {
    openedAt: Number(BigInt.asUintN(Number(TIME_BITS), bits >> OPENED_SHIFT)),
    arrivedAt: Number(BigInt.asUintN(Number(TIME_BITS), bits >> ARRIVED_SHIFT)),
    position: Number(BigInt.asUintN(Number(POSITION_BITS), bits >> SHARD_BITS)),
    shardIndex: Number(BigInt.asUintN(Number(SHARD_BITS), bits)),
  };
}

/** The number just before: reading after it is reading at `text`. */
export function justBefore(text: SequenceNumber): SequenceNumber {
  return (BigInt(text) - 1n).toString();
}
