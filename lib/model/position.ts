import { compareSequenceNumbers, type SequenceNumber } from './sequence-number.ts';

/**
 * A place between two records of one shard's log. Everything on its left is covered, everything on its right is
 * still to come. Sequence numbers have gaps, so "before record 7" and "after record 6" are different statements.
 */
export type Position =
  | { readonly kind: 'shard-start' }
  | { readonly kind: 'before' | 'after'; readonly sequenceNumber: SequenceNumber };

export const SHARD_START: Position = { kind: 'shard-start' };

export function before(sequenceNumber: SequenceNumber): Position {
  return { kind: 'before', sequenceNumber };
}

export function after(sequenceNumber: SequenceNumber): Position {
  return { kind: 'after', sequenceNumber };
}

/** Whether the record lies on the left of the position: its effect is already in the state. */
export function isCovered(position: Position, sequenceNumber: SequenceNumber): boolean {
  if (position.kind === 'shard-start') return false;
  const order = compareSequenceNumbers(sequenceNumber, position.sequenceNumber);
  return position.kind === 'after' ? order <= 0 : order < 0;
}

/** Negative, zero or positive as `a` lies left of, at or right of `b`. */
export function comparePositions(a: Position, b: Position): number {
  if (a.kind === 'shard-start' || b.kind === 'shard-start') {
    return Number(a.kind !== 'shard-start') - Number(b.kind !== 'shard-start');
  }
  const order = compareSequenceNumbers(a.sequenceNumber, b.sequenceNumber);
  return order === 0 ? Number(a.kind === 'after') - Number(b.kind === 'after') : order;
}

/** Short text for logs and stored items: `start`, `<7`, `>6`. */
export function formatPosition(position: Position): string {
  if (position.kind === 'shard-start') return 'start';
  return (position.kind === 'before' ? '<' : '>') + position.sequenceNumber;
}

/** The position that `formatPosition` wrote, or `undefined` if the text is none. */
export function parsePosition(text: string): Position | undefined {
  if (text === 'start') return SHARD_START;
  const [, side, sequenceNumber] = /^([<>])(0|[1-9]\d{0,128})$/.exec(text) ?? [];
  if (sequenceNumber === undefined) return undefined;
  return side === '<' ? before(sequenceNumber) : after(sequenceNumber);
}
