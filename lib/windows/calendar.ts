import { DefinitionError, type WindowRange } from '../model/index.ts';
import { floorMod } from '../time/index.ts';

/** What a calendar window is one of; weeks begin on Monday. */
export type CalendarUnit = 'day' | 'week' | 'month';

const DAY_MS = 86_400_000;
const DAYS_A_WEEK = 7;
/** No zone has ever been further from UTC than this. */
const FURTHEST_OFFSET_MS = 26 * 3_600_000;
const SMALLEST_STEP_MS = 1_000;
/** 1970-01-05 was the first Monday. */
const FIRST_MONDAY = 4;
const REMEMBERED = 16;

/** A window is at most a day longer than its unit usually is: where the date line was moved, a day was lived twice. */
export const LONGEST_UNIT_MS: Readonly<Record<CalendarUnit, number>> = {
  day: 2 * DAY_MS,
  week: 8 * DAY_MS,
  month: 32 * DAY_MS,
};

/** @throws DefinitionError if this is not a name of the IANA time zone database */
export function requireTimeZone(timeZone: string): void {
  try {
    localTimeIn(timeZone);
  } catch (error) {
    throw new DefinitionError(
      `time zone is "${timeZone}", which is unknown; use a name of the IANA database, for example 'Europe/Berlin'`,
      { cause: error },
    );
  }
}

/**
 * Days, weeks or months of a place. A window runs from the first instant of its first local day to that of the next, so
 * days are 23, 24 or 25 hours long and nothing is assumed about when, or whether, midnight exists. Where clocks are put
 * back across midnight, the day that has begun goes on: what is shown as the end of the day before belongs to it.
 */
export function calendarWindows(unit: CalendarUnit, timeZone: string): (timestamp: number) => WindowRange {
  const localTime = localTimeIn(timeZone);
  const windowOf = (timestamp: number): WindowRange => {
    const [first, next, second] = spanOf(unit, dayOf(localTime(timestamp)));
    const end = firstInstant(localTime, next);
    if (timestamp < end) return { start: firstInstant(localTime, first), end };
    return { start: end, end: firstInstant(localTime, second) };
  };
  const recent: WindowRange[] = [];
  return (timestamp) => {
    const known = recent.find(({ start, end }) => start <= timestamp && timestamp < end);
    if (known !== undefined) return known;
    const window = windowOf(timestamp);
    recent.unshift(window);
    if (recent.length > REMEMBERED) recent.pop();
    return window;
  };
}

/** In days since 1970-01-01: the first day of the unit this local day lies in, of the next, and of the one after. */
function spanOf(unit: CalendarUnit, day: number): readonly [first: number, next: number, second: number] {
  switch (unit) {
    case 'day':
      return [day, day + 1, day + 2];
    case 'week': {
      const first = day - floorMod(day - FIRST_MONDAY, DAYS_A_WEEK);
      return [first, first + DAYS_A_WEEK, first + 2 * DAYS_A_WEEK];
    }
    case 'month': {
      const date = new Date(day * DAY_MS);
      return [firstOfMonth(date, 0), firstOfMonth(date, 1), firstOfMonth(date, 2)];
    }
  }
}

function firstOfMonth(date: Date, later: number): number {
  const first = new Date(0);
  first.setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth() + later, 1);
  return first.getTime() / DAY_MS;
}

type LocalTime = (timestamp: number) => number;

/** What the clocks of a place show at an instant, to the second, as if they showed UTC. */
function localTimeIn(timeZone: string): LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (timestamp) => {
    const parts = new Map<string, string>();
    for (const { type, value } of format.formatToParts(timestamp)) parts.set(type, value);
    const part = (name: string): number => Number(parts.get(name));
    const isBeforeChrist = parts.get('era')?.startsWith('B') ?? false;
    const date = new Date(0);
    date.setUTCFullYear(isBeforeChrist ? 1 - part('year') : part('year'), part('month') - 1, part('day'));
    return date.setUTCHours(part('hour'), part('minute'), part('second'));
  };
}

function dayOf(localTime: number): number {
  return Math.floor(localTime / DAY_MS);
}

/**
 * The first instant at which it is this day or a later one. Halving a span that is sure to hold it finds an instant at
 * which the day begins; if clocks were put back just before, it has begun once already, at the midnight of the clocks
 * of then.
 */
function firstInstant(localTime: LocalTime, day: number): number {
  const midnight = day * DAY_MS;
  let before = midnight - FURTHEST_OFFSET_MS;
  let at = midnight + FURTHEST_OFFSET_MS;
  while (at - before > SMALLEST_STEP_MS) {
    const middle = Math.floor((before + at) / 2 / SMALLEST_STEP_MS) * SMALLEST_STEP_MS;
    if (localTime(middle) >= midnight) at = middle;
    else before = middle;
  }
  for (const earlier of [at - DAY_MS, at - DAY_MS / 4]) {
    const offset = localTime(earlier) - earlier;
    const once = midnight - offset;
    if (once < at && localTime(once) >= midnight) at = once;
  }
  return at;
}
