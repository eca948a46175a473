import { addExactly, type ExactSum } from './exact-sum.ts';

const SPLITTER = 2 ** 27 + 1;

/**
 * The product of two floats as a float and the rounding error it leaves. Exact as long as neither leaves the range of
 * floats: for products between about 1e-290 and 1e300 in size.
 * @see Dekker, "A Floating-Point Technique for Extending the Available Precision", 1971
 */
export function exactProduct(a: number, b: number): readonly [product: number, error: number] {
  const product = a * b;
  const [aHigh, aLow] = split(a);
  const [bHigh, bLow] = split(b);
  const error = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  return [product, Number.isFinite(error) ? error : 0];
}

/** Adds the product of two exact sums to a third, exactly. */
export function addProduct(total: ExactSum, left: readonly number[], right: readonly number[]): ExactSum {
  let sum = total;
  for (const a of left) {
    for (const b of right) {
      const [product, error] = exactProduct(a, b);
      sum = addExactly(sum, product);
      if (error !== 0) sum = addExactly(sum, error);
    }
  }
  return sum;
}

function split(value: number): readonly [high: number, low: number] {
  const spread = SPLITTER * value;
  const high = spread - (spread - value);
  return [high, value - high];
}
