/** The first index at or after `from` whose item fails `isBefore`, by binary search; items that pass come first. */
export function partitionPoint<T>(items: readonly T[], from: number, isBefore: (item: T) => boolean): number {
  let low = from;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && isBefore(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}
