import { DefinitionError, type WindowRange } from '../model/index.ts';

export type CalendarUnit = 'day' | 'week' | 'month';

const DAY_MS = 86_400_000;
const DAYS_A_WEEK = 7;
/** No zone has ever been further from UTC than this. */
const FURTHEST_OFFSET_MS = 26 * 3_600_000;
const SMALLEST_STEP_MS = 1_000;
/** 1970-01-05 was the first Monday. */
const FIRST_MONDAY = 4;

/** @throws DefinitionError if this is not a name of the IANA time zone database */
export function requireTimeZone(timeZone: string): void {
  try {
    localDayIn(timeZone);
  } catch (error) {
    throw new DefinitionError(
      `time zone is "${timeZone}", which is unknown; use a name of the IANA database, for example 'Europe/Berlin'`,
      { cause: error },
    );
  }
}

/**
 * Days, weeks or months of a place. A window runs from the first instant of its first local day to that of the next, so
 * days are 23, 24 or 25 hours long and nothing is assumed about when, or whether, midnight exists.
 */
export function calendarWindows(unit: CalendarUnit, timeZone: string): (timestamp: number) => WindowRange {
  const localDay = localDayIn(timeZone);
  const startOf = (day: number): number => firstInstant(localDay, day);
  let last: WindowRange = { start: 0, end: 0 };
  return (timestamp) => {
    if (last.start <= timestamp && timestamp < last.end) return last;
    const [first, next] = spanOf(unit, localDay(timestamp));
    last = { start: startOf(first), end: startOf(next) };
    return last;
  };
}

/** The first day of the unit this local day lies in, and of the next one; in days since 1970-01-01. */
function spanOf(unit: CalendarUnit, day: number): [first: number, next: number] {
  switch (unit) {
    case 'day':
      return [day, day + 1];
    case 'week': {
      const first = day - ((((day - FIRST_MONDAY) % DAYS_A_WEEK) + DAYS_A_WEEK) % DAYS_A_WEEK);
      return [first, first + DAYS_A_WEEK];
    }
    case 'month': {
      const date = new Date(day * DAY_MS);
      const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
      return [Date.UTC(year, month) / DAY_MS, Date.UTC(year, month + 1) / DAY_MS];
    }
  }
}

/** Which day it is at an instant, counted from 1970-01-01. */
function localDayIn(timeZone: string): (timestamp: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    era: 'short',
  });
  return (timestamp) => {
    const parts = new Map(format.formatToParts(timestamp).map(({ type, value }) => [type, value]));
    const year = Number(parts.get('year'));
    const isBeforeChrist = parts.get('era')?.startsWith('B') ?? false;
    const date = new Date(0);
    date.setUTCFullYear(
      isBeforeChrist ? 1 - year : year,
      Number(parts.get('month')) - 1,
      Number(parts.get('day')),
    );
    return Math.floor(date.getTime() / DAY_MS);
  };
}

/** The first instant at which it is this day or a later one: halves a span that is sure to hold it. */
function firstInstant(localDay: (timestamp: number) => number, day: number): number {
  let before = day * DAY_MS - FURTHEST_OFFSET_MS;
  let at = day * DAY_MS + FURTHEST_OFFSET_MS;
  while (at - before > SMALLEST_STEP_MS) {
    const middle = Math.floor((before + at) / 2 / SMALLEST_STEP_MS) * SMALLEST_STEP_MS;
    if (localDay(middle) >= day) at = middle;
    else before = middle;
  }
  return at;
}
