import type { Fields } from './dynalite.ts';
import { invalid } from './service-error.ts';

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field that may be absent but, if present, is an object. */
export function fieldsAt(input: Fields, name: string): Fields | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined || isFields(value)) return value;
  throw invalid(`${name} must be an object`);
}

export function textAt(input: Fields, name: string): string {
  const value = input[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must not be null`,
  );
}

/** A count between 1 and `most`; `most` if absent. */
export function limitOf(input: Fields, most: number): number {
  const value = input['Limit'] ?? most;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw invalid(
    `1 validation error detected: Value '${JSON.stringify(value)}' at 'limit' failed to satisfy constraint: ` +
      `Member must have value between 1 and ${most}`,
  );
}
