/** The remainder that is never negative, so that windows before the epoch begin where they should. */
export function floorMod(value: number, modulus: number): number {
  const remainder = value % modulus;
  return remainder < 0 ? remainder + modulus : Math.abs(remainder);
}
