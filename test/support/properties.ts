import * as fc from 'fast-check';

const SEED = process.env['SEED'];

/** Checks a property; a failure prints the seed, and `SEED=… npm test` runs it again. */
export function holds<T extends [unknown, ...unknown[]]>(
  property: fc.IPropertyWithHooks<T> | fc.IProperty<T>,
): void {
  fc.assert(property, SEED === undefined ? {} : { seed: Number(SEED) });
}
