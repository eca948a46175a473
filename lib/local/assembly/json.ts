import { readFileSync } from 'node:fs';
import { DefinitionError, messageOf } from '../../model/errors.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at `key`, or an empty one if there is none. */
export function objectAt(value: unknown, key: string): JsonObject {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : {};
}

export function listAt(value: unknown, key: string): readonly unknown[] {
  const found = isObject(value) ? value[key] : undefined;
  return Array.isArray(found) ? found : [];
}

export function textAt(value: unknown, key: string): string | undefined {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean'
    ? String(found)
    : undefined;
}

/** @throws DefinitionError if there is anything else at `key` */
export function oneOf<T extends string>(allowed: readonly T[], value: unknown, key: string): T {
  const text = textAt(value, key);
  const found = allowed.find((item) => item === text);
  if (found === undefined)
    throw new DefinitionError(`${key} is "${text}"; use one of "${allowed.join('", "')}"`);
  return found;
}

/** Templates write numbers as numbers or as text. */
export function numberAt(value: unknown, key: string): number | undefined {
  const text = textAt(value, key);
  return text === undefined ? undefined : Number(text);
}

/** @throws DefinitionError if there is no JSON object in the file */
export function readJson(file: string | 0): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new DefinitionError(
      `cannot read "${file || 'standard input'}": ${messageOf(error)}; run cdk synth first`,
      {
        cause: error,
      },
    );
  }
  if (!isObject(value)) throw new DefinitionError(`"${file}" holds no JSON object; run cdk synth again`);
  return value;
}
