import { HASH_KEYS } from '../../model/index.ts';

/** A span of the hash key space, both ends included. */
export interface HashRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** The first hash key of the part `index` of `count` equal parts; of part `count`, one past the last. */
export function uniformStart(index: number, count: number): bigint {
  return (HASH_KEYS * BigInt(index)) / BigInt(count);
}

/** `count` ranges as equal as integers allow, in order, covering every hash key once. */
export function uniformRanges(count: number): HashRange[] {
  return Array.from({ length: count }, (_, index) => ({
    start: uniformStart(index, count),
    end: uniformStart(index + 1, count) - 1n,
  }));
}

export function areAdjacent(left: HashRange, right: HashRange): boolean {
  return left.end + 1n === right.start || right.end + 1n === left.start;
}
