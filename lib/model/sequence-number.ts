/**
 * A Kinesis sequence number: a decimal without leading zeros, up to 129 digits, growing within a shard and from a
 * parent shard to its children. Never a JavaScript number: that loses digits beyond 2^53.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Record.html
 */
export type SequenceNumber = string;

const MAX_DIGITS = 129;

/** Negative, zero or positive as `a` comes before, equals or comes after `b`. */
export function compareSequenceNumbers(a: SequenceNumber, b: SequenceNumber): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A text that sorts as the numbers do: the count of digits, then the digits. */
export function sortableSequenceNumber(value: SequenceNumber): string {
  if (value.length > MAX_DIGITS) {
    throw new RangeError(`sequence number has ${value.length} digits; at most ${MAX_DIGITS} are allowed`);
  }
  return `${String(value.length).padStart(3, '0')}${value}`;
}
