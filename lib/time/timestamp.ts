/** An instant as a record may carry it: milliseconds since the Unix epoch, a `Date`, or ISO 8601 text with its zone. */
export type TimestampInput = number | Date | string;

const HAS_ZONE = /^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:?\d{2}))?$/;

/**
 * Milliseconds since the Unix epoch, or `undefined` if the value names no single instant. Text without a zone is
 * no instant: reading it in the machine's zone would give another result on another machine.
 */
export function timestampMs(value: unknown): number | undefined {
  const ms =
    typeof value === 'number'
      ? value
      : value instanceof Date
        ? value.getTime()
        : typeof value === 'string' && HAS_ZONE.test(value)
          ? Date.parse(value)
          : Number.NaN;
  return Number.isFinite(ms) ? Math.floor(ms) : undefined;
}
