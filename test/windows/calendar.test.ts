import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { calendar } from 'millrace';
import { assignerOf } from '../../lib/windows/assign.ts';
import type { CalendarUnit } from '../../lib/windows/index.ts';
import type { WindowRange } from '../../lib/model/index.ts';
import { holds } from '../support/properties.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The window of an instant, in UTC, with its length in hours. */
function windowAt(unit: CalendarUnit, timeZone: string, instant: string): readonly [string, string, number] {
  const { start, end } = windowOf(unit, timeZone, Date.parse(instant));
  return [minutesOf(start), minutesOf(end), (end - start) / HOUR_MS];
}

function windowOf(unit: CalendarUnit, timeZone: string, timestamp: number): WindowRange {
  const [window] = assignerOf(calendar(unit, { timeZone })).windowsOf(timestamp);
  if (window === undefined) throw new RangeError(`no window at ${timestamp}`);
  return window;
}

function minutesOf(timestamp: number): string {
  return `${new Date(timestamp).toISOString().slice(0, 16)}Z`;
}

describe('a calendar day', () => {
  test.each([
    ['Europe/Berlin', 'usually', '2026-11-21T12:00Z', ['2026-11-20T23:00Z', '2026-11-21T23:00Z', 24]],
    ['Europe/Berlin', 'in spring', '2026-03-29T12:00Z', ['2026-03-28T23:00Z', '2026-03-29T22:00Z', 23]],
    ['Europe/Berlin', 'in autumn', '2026-10-25T12:00Z', ['2026-10-24T22:00Z', '2026-10-25T23:00Z', 25]],
    ['America/New_York', 'in spring', '2026-03-08T12:00Z', ['2026-03-08T05:00Z', '2026-03-09T04:00Z', 23]],
    ['America/New_York', 'in autumn', '2026-11-01T12:00Z', ['2026-11-01T04:00Z', '2026-11-02T05:00Z', 25]],
    [
      'Australia/Lord_Howe',
      'in spring',
      '2026-10-04T02:00Z',
      ['2026-10-03T13:30Z', '2026-10-04T13:00Z', 23.5],
    ],
    [
      'Australia/Lord_Howe',
      'in autumn',
      '2026-04-05T02:00Z',
      ['2026-04-04T13:00Z', '2026-04-05T13:30Z', 24.5],
    ],
    ['Asia/Kolkata', 'always', '2026-03-29T12:00Z', ['2026-03-28T18:30Z', '2026-03-29T18:30Z', 24]],
    [
      'Africa/Cairo',
      'without a midnight',
      '2024-04-26T12:00Z',
      ['2024-04-25T22:00Z', '2024-04-26T21:00Z', 23],
    ],
    ['Africa/Cairo', 'with two', '2024-10-31T12:00Z', ['2024-10-30T21:00Z', '2024-10-31T22:00Z', 25]],
    [
      'America/Asuncion',
      'without a midnight',
      '2023-10-01T12:00Z',
      ['2023-10-01T04:00Z', '2023-10-02T03:00Z', 23],
    ],
    [
      'America/Sao_Paulo',
      'without a midnight',
      '2018-11-04T12:00Z',
      ['2018-11-04T03:00Z', '2018-11-05T02:00Z', 23],
    ],
    ['America/Sao_Paulo', 'with two', '2019-02-16T12:00Z', ['2019-02-16T02:00Z', '2019-02-17T03:00Z', 25]],
    ['America/Sao_Paulo', 'before 1970', '1965-01-31T12:00Z', ['1965-01-31T03:00Z', '1965-02-01T02:00Z', 23]],
    [
      'Pacific/Apia',
      'before the one skipped',
      '2011-12-30T09:59Z',
      ['2011-12-29T10:00Z', '2011-12-30T10:00Z', 24],
    ],
    [
      'Pacific/Apia',
      'after the one skipped',
      '2011-12-30T10:00Z',
      ['2011-12-30T10:00Z', '2011-12-31T10:00Z', 24],
    ],
    ['Europe/Berlin', 'before 1970', '1916-05-01T12:00Z', ['1916-04-30T22:00Z', '1916-05-01T22:00Z', 24]],
    ['UTC', 'long before', '0001-01-01T12:00Z', ['0001-01-01T00:00Z', '0001-01-02T00:00Z', 24]],
  ] as const)('in %s, %s', (timeZone, _, instant, expected) => {
    expect(windowAt('day', timeZone, instant)).toEqual(expected);
  });

  test('that has begun goes on when clocks are put back across midnight a minute after it', () => {
    const days = ['2010-11-07T02:30Z', '2010-11-07T02:31Z', '2010-11-07T03:29Z', '2010-11-07T12:00Z'].map(
      (instant) => windowAt('day', 'America/St_Johns', instant),
    );

    expect(days).toEqual(days.map(() => ['2010-11-07T02:30Z', '2010-11-08T03:30Z', 25]));
  });

  test('is lived twice where the date line was moved', () => {
    const day = windowAt('day', 'Pacific/Kwajalein', '1969-09-30T23:00Z');

    expect(day).toEqual(['1969-09-29T13:00Z', '1969-10-01T12:00Z', 47]);
  });
});

test.each([
  ['week', 'Europe/Berlin', '2026-03-29T21:59Z', ['2026-03-22T23:00Z', '2026-03-29T22:00Z', 167]],
  ['week', 'America/New_York', '2026-11-01T12:00Z', ['2026-10-26T04:00Z', '2026-11-02T05:00Z', 169]],
  ['week', 'Pacific/Apia', '2011-12-30T12:00Z', ['2011-12-26T10:00Z', '2012-01-01T10:00Z', 144]],
  ['week', 'UTC', '1969-12-31T12:00Z', ['1969-12-29T00:00Z', '1970-01-05T00:00Z', 168]],
  ['month', 'Europe/Berlin', '2026-03-15T12:00Z', ['2026-02-28T23:00Z', '2026-03-31T22:00Z', 743]],
  ['month', 'Europe/Berlin', '2026-10-15T12:00Z', ['2026-09-30T22:00Z', '2026-10-31T23:00Z', 745]],
  ['month', 'Asia/Kolkata', '2024-02-29T18:29Z', ['2024-01-31T18:30Z', '2024-02-29T18:30Z', 696]],
  ['month', 'Pacific/Apia', '2011-12-31T00:00Z', ['2011-12-01T10:00Z', '2011-12-31T10:00Z', 720]],
  ['month', 'America/New_York', '1969-12-31T12:00Z', ['1969-12-01T05:00Z', '1970-01-01T05:00Z', 744]],
] as const)('a calendar %s in %s', (unit, timeZone, instant, expected) => {
  expect(windowAt(unit, timeZone, instant)).toEqual(expected);
});

/** What a calendar on the wall shows, by another way than the code's: text of the browser's formatter. */
function wallDate(timeZone: string): (timestamp: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return (timestamp) => format.format(timestamp);
}

/** The date on which the unit begins that a date lies in. */
const beginsOn: Record<CalendarUnit, (date: string) => string> = {
  day: (date) => date,
  week: (date) => {
    const day = new Date(`${date}T00:00Z`);
    return new Date(day.getTime() - ((day.getUTCDay() + 6) % 7) * DAY_MS).toISOString().slice(0, 10);
  },
  month: (date) => `${date.slice(0, 7)}-01`,
};

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Africa/Cairo',
  'America/Asuncion',
  'America/Sao_Paulo',
  'America/St_Johns',
];

const instants = fc.oneof(
  fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2037, 11) }),
  // Around the days on which clocks change, and the epoch.
  fc
    .tuple(
      fc.constantFrom(
        '1970-01-01',
        '2010-11-07',
        '2011-12-30',
        '2018-11-04',
        '2024-04-26',
        '2026-03-29',
        '2026-10-25',
      ),
      fc.integer({ min: -40 * HOUR_MS, max: 40 * HOUR_MS }),
    )
    .map(([date, ms]) => Date.parse(`${date}T00:00Z`) + ms),
);

test.each<CalendarUnit>(['day', 'week', 'month'])(
  'calendar %ss lie side by side, hold their instants, and begin where the date on the wall changes',
  (unit) => {
    holds(
      fc.property(fc.constantFrom(...ZONES), instants, (timeZone, timestamp) => {
        const wall = wallDate(timeZone);
        const begun = (at: number): string => beginsOn[unit](wall(at));

        const window = windowOf(unit, timeZone, timestamp);
        const before = windowOf(unit, timeZone, window.start - 1);
        const after = windowOf(unit, timeZone, window.end);

        expect(window.start <= timestamp && timestamp < window.end).toBe(true);
        expect([before.end, after.start]).toEqual([window.start, window.end]);
        expect(begun(window.start - 1) < begun(window.start)).toBe(true);
        expect(begun(window.end - 1) < begun(window.end)).toBe(true);
        // A date can come back for an hour where clocks are put back across midnight, but never go ahead.
        expect(begun(timestamp) <= begun(window.start)).toBe(true);
        expect(windowOf(unit, timeZone, window.start)).toEqual(window);
        expect(windowOf(unit, timeZone, window.end - 1)).toEqual(window);
      }),
    );
  },
);
