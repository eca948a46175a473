/** An instant as a record may carry it: milliseconds since the Unix epoch, a `Date`, or ISO 8601 text with its zone. */
export type TimestampInput = number | Date | string;

const HAS_ZONE = /^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:?\d{2}))?$/;

/** What a `Date` can hold is a little more: windows around an instant have room too. */
const FURTHEST_MS = 8e15;

/**
 * Milliseconds since the Unix epoch, or `undefined` if the value names no single instant. Text without a zone is
 * no instant: reading it in the machine's zone would give another result on another machine. Neither is a day that no
 * month has, or one more than 250,000 years away.
 */
export function timestampMs(value: unknown): number | undefined {
  const ms =
    typeof value === 'number'
      ? value
      : value instanceof Date
        ? value.getTime()
        : typeof value === 'string' && HAS_ZONE.test(value) && isInCalendar(value.slice(0, DAY_LENGTH))
          ? Date.parse(value)
          : Number.NaN;
  return Math.abs(ms) <= FURTHEST_MS ? Math.floor(ms) : undefined;
}

const DAY_LENGTH = '1970-01-01'.length;

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isInCalendar(day: string): boolean {
  return day.slice(-2) <= '28' || new Date(Date.parse(day)).toJSON()?.startsWith(day);
}
