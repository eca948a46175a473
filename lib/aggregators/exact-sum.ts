/**
 * A sum of floats that is exact until it is read, so it doesn't depend on the order of the additions, on where a
 * batch was cut, or on how partial sums were merged.
 *
 * Stored: non-overlapping partials, smallest first, whose exact sum is the exact sum of everything added.
 * Reading rounds once, to the nearest float.
 * @see Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates", 1997
 */
export type ExactSum = number[];

export function addExactly(partials: ExactSum, value: number): ExactSum {
  if (!Number.isFinite(value) || (partials.length === 1 && !Number.isFinite(partials[0]))) {
    return [sumOf(partials) + value];
  }
  // An array that grows from nothing reserves room for many; as a rule there is only ever one.
  if (partials.length === 0) return value === 0 ? partials : [value];
  let carry = value;
  let kept = 0;
  for (let index = 0; index < partials.length; index += 1) {
    let partial = partials[index] ?? 0;
    if (Math.abs(carry) < Math.abs(partial)) [carry, partial] = [partial, carry];
    const high = carry + partial;
    const low = partial - (high - carry);
    if (low !== 0) partials[kept++] = low;
    carry = high;
  }
  if (!Number.isFinite(carry)) return [carry];
  if (carry !== 0) partials[kept++] = carry;
  if (partials.length > kept) partials.length = kept;
  return partials;
}

/** Adds what another sum holds. */
export function addAllExactly(partials: ExactSum, others: Readonly<ExactSum>): ExactSum {
  let sum = partials;
  for (const other of others) sum = addExactly(sum, other);
  return sum;
}

/** The exact sum, rounded to the nearest float; ties to even. */
export function sumOf(partials: ExactSum): number {
  let index = partials.length - 1;
  let high = partials[index] ?? 0;
  let low = 0;
  while (index > 0 && low === 0) {
    index -= 1;
    const partial = partials[index] ?? 0;
    const previous = high;
    high = previous + partial;
    low = partial - (high - previous);
  }
  const next = partials[index - 1] ?? 0;
  const isHalfway = (low < 0 && next < 0) || (low > 0 && next > 0);
  if (!isHalfway) return high;
  const twice = low * 2;
  const rounded = high + twice;
  return twice === rounded - high ? rounded : high;
}
