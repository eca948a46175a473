import { DefinitionError } from '../model/index.ts';

/** @throws DefinitionError unless `value` is a whole number from `least` to `most` */
export function checkWholeNumber(value: number, least: number, most: number, what: string): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new DefinitionError(`${what} is "${value}"; give a whole number from ${least} to ${most}`);
}
