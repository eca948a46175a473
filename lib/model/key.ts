/** What a stream can be keyed by. Two keys are the same exactly if they are equal as JSON values. */
export type KeyValue = string | number | boolean | readonly (string | number | boolean)[];

const ESCAPE = '=';

/**
 * A key as text, without collisions and readable: a string stands for itself; anything else, and a string that
 * begins with `=`, is `=` and its JSON. So `1` and `'1'` differ.
 * @throws RangeError for a number that is not finite, which has no JSON
 */
export function encodeKey(key: KeyValue): string {
  if (typeof key === 'string') return key.startsWith(ESCAPE) ? ESCAPE + JSON.stringify(key) : key;
  for (const part of Array.isArray(key) ? key : [key]) {
    if (typeof part === 'number' && !Number.isFinite(part)) {
      throw new RangeError(`key holds the number "${part}"; keys may hold finite numbers, text and booleans`);
    }
  }
  return ESCAPE + JSON.stringify(key);
}

/** The key that `encodeKey` wrote. */
export function decodeKey(text: string): KeyValue {
  return text.startsWith(ESCAPE) ? JSON.parse(text.slice(ESCAPE.length)) : text;
}
