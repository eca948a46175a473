/**
 * The upper half of the 64-bit product of two 64-bit numbers, each given as its 32-bit halves. The lower half is
 * `Math.imul(aLow, bLow)`. Signed and unsigned halves give the same bits.
 */
export function multiplyHigh(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  return (Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh) + carryOf(aLow, bLow)) | 0;
}

/** Bits 32 to 63 of the product of two unsigned 32-bit numbers: long multiplication with 16-bit digits. */
function carryOf(a: number, b: number): number {
  const a1 = a >>> 16;
  const a0 = a & 0xffff;
  const b1 = b >>> 16;
  const b0 = b & 0xffff;
  const left = a1 * b0 + ((a0 * b0) >>> 16);
  const right = a0 * b1 + (left & 0xffff);
  return a1 * b1 + (left >>> 16) + (right >>> 16);
}
