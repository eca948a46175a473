/** What a stream can be keyed by. Two keys are the same exactly if they are equal as JSON values. */
export type KeyValue = string | number | boolean | readonly (string | number | boolean)[];

const ESCAPE = '=';

/** Half of a character, as text that was cut between the two has it: UTF-8 has no bytes for it, JSON an escape. */
const HALF_CHARACTER = /\p{Surrogate}/u;

/** What is kept for every task alike is kept under this; no key is written like that. */
export const EVERYWHERE = ESCAPE;

/**
 * A key as text, without collisions and readable: a string stands for itself; anything else, and a string that
 * begins with `=` or couldn't be stored, is `=` and its JSON. So `1` and `'1'` differ.
 * @throws RangeError for what is no key: no text, finite number, boolean, or list of those
 */
export function encodeKey(key: unknown): string {
  if (typeof key === 'string') {
    return key.startsWith(ESCAPE) || HALF_CHARACTER.test(key) ? ESCAPE + JSON.stringify(key) : key;
  }
  if (typeof key === 'number' && Number.isFinite(key)) return ESCAPE + key;
  const parts: readonly unknown[] = Array.isArray(key) ? key : [key];
  for (const part of parts) {
    if (typeof part === 'string' || typeof part === 'boolean' || Number.isFinite(part)) continue;
    throw new RangeError(
      `key holds "${String(part)}"; keys may be text, finite numbers, booleans, and lists of those; of a Date take getTime()`,
    );
  }
  return ESCAPE + JSON.stringify(key);
}

/** The key that `encodeKey` wrote. */
export function decodeKey(text: string): KeyValue {
  return text.startsWith(ESCAPE) ? JSON.parse(text.slice(ESCAPE.length)) : text;
}
