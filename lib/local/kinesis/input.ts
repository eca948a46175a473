import { violates } from './errors.ts';

/** A request as decoded from the wire or written by hand; nothing in it is trusted before a reader here has seen it. */
export type Input = Readonly<Record<string, unknown>>;

export interface TextRule {
  readonly maxLength: number;
  readonly pattern?: RegExp;
}

export interface IntegerRule {
  readonly min: number;
  readonly max: number;
}

export function optionalText(input: Input, member: string, rule: TextRule): string | undefined {
  const value = input[member] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw violates(member, value, 'Member must be a string');
  if (value.length < 1) throw violates(member, value, 'Member must have length greater than or equal to 1');
  if (value.length > rule.maxLength) {
    throw violates(member, value, `Member must have length less than or equal to ${rule.maxLength}`);
  }
  if (rule.pattern !== undefined && !rule.pattern.test(value)) {
    throw violates(member, value, `Member must satisfy regular expression pattern: ${rule.pattern.source}`);
  }
  return value;
}

export function requiredText(input: Input, member: string, rule: TextRule): string {
  return present(member, optionalText(input, member, rule));
}

export function optionalInteger(input: Input, member: string, rule: IntegerRule): number | undefined {
  const value = input[member] ?? undefined;
  if (value === undefined) return undefined;
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) {
    throw violates(member, value, 'Member must be an integer');
  }
  if (number < rule.min)
    throw violates(member, value, `Member must have value greater than or equal to ${rule.min}`);
  if (number > rule.max)
    throw violates(member, value, `Member must have value less than or equal to ${rule.max}`);
  return number;
}

export function requiredInteger(input: Input, member: string, rule: IntegerRule): number {
  return present(member, optionalInteger(input, member, rule));
}

export function optionalChoice<const T extends string>(
  input: Input,
  member: string,
  choices: readonly T[],
): T | undefined {
  const value = input[member] ?? undefined;
  if (value === undefined) return undefined;
  const chosen = choices.find((choice) => choice === value);
  if (chosen === undefined) {
    throw violates(member, value, `Member must satisfy enum value set: [${choices.join(', ')}]`);
  }
  return chosen;
}

export function requiredChoice<const T extends string>(
  input: Input,
  member: string,
  choices: readonly T[],
): T {
  return present(member, optionalChoice(input, member, choices));
}

/** A text that is one of the table's keys. */
export function requiredKeyOf<T extends object>(input: Input, member: string, table: T): keyof T & string {
  const value = present(member, input[member] ?? undefined);
  if (isKeyOf(table, value)) return value;
  throw violates(member, value, `Member must satisfy enum value set: [${Object.keys(table).join(', ')}]`);
}

export function isKeyOf<T extends object>(table: T, value: unknown): value is keyof T & string {
  return typeof value === 'string' && Object.hasOwn(table, value);
}

/** Bytes as they are, or in base64 as JSON carries them. */
export function requiredBytes(input: Input, member: string): Uint8Array {
  const value = present(member, input[member] ?? undefined);
  if (typeof value === 'string') return Buffer.from(value, 'base64');
  if (value instanceof Uint8Array) return value;
  throw violates(member, value, 'Member must be a blob');
}

/** A date, or seconds since the epoch as JSON carries them; in milliseconds. */
export function optionalTimestamp(input: Input, member: string): number | undefined {
  const value = input[member] ?? undefined;
  if (value === undefined) return undefined;
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'number' && Number.isFinite(value)) return Math.round(value * 1000);
  throw violates(member, value, 'Member must be a timestamp');
}

export function requiredStructures(input: Input, member: string, maxItems: number): readonly Input[] {
  const value = present(member, input[member] ?? undefined);
  if (!Array.isArray(value) || !value.every(isStructure)) {
    throw violates(member, value, 'Member must be a list of structures');
  }
  if (value.length < 1) throw violates(member, value, 'Member must have length greater than or equal to 1');
  if (value.length > maxItems) {
    throw violates(member, value, `Member must have length less than or equal to ${maxItems}`);
  }
  return value;
}

export function optionalStructure(input: Input, member: string): Input | undefined {
  const value = input[member] ?? undefined;
  if (value === undefined || isStructure(value)) return value;
  throw violates(member, value, 'Member must be a structure');
}

export function isStructure(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function present<T>(member: string, value: T | undefined): T {
  if (value === undefined) throw violates(member, undefined, 'Member must not be null');
  return value;
}
