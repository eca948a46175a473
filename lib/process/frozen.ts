/**
 * Freezes a stored value and all it holds, so that changing it in place throws instead of escaping the journal. Bytes
 * can't be frozen.
 */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) {
    return value;
  }
  Object.freeze(value);
  Object.values(value).forEach(frozen);
  return value;
}
