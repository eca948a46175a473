import { describe, expect, test } from '@jest/globals';
import {
  durationMs,
  floorMod,
  formatDuration,
  positiveDurationMs,
  timestampMs,
  type DurationInput,
} from '../../lib/time/index.ts';

describe('a duration', () => {
  test.each<[DurationInput, number]>([
    [250, 250],
    ['1 second', 1_000],
    ['90 seconds', 90_000],
    ['1.5 hours', 5_400_000],
    ['7 days', 604_800_000],
  ])('%j is %d ms', (input, ms) => {
    expect(durationMs(input, 'size')).toBe(ms);
  });

  test.each(['5 parsecs', 'soon', '', '0.1 millis', Number.NaN, 0.5])(
    '%j is refused with what is allowed',
    (input) => {
      expect(() => durationMs(input as DurationInput, 'size')).toThrow(
        `size is "${input}", which is not a duration; write whole milliseconds or a text such as`,
      );
    },
  );

  test('that must be positive is refused at zero', () => {
    expect(() => positiveDurationMs('0 seconds', 'size')).toThrow(
      'size is 0 ms; it must be longer than 0 ms',
    );
  });

  test.each([
    [60_000, '1 minute'],
    [90_000, '90 seconds'],
    [1_500, '1500 ms'],
    [86_400_000, '1 day'],
    [0, '0 ms'],
  ])('of %d ms reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('a timestamp', () => {
  test.each([
    [1_500.9, 1_500],
    [-0.5, -1],
    [new Date(5), 5],
    ['1970-01-01T00:00:01Z', 1_000],
    ['1970-01-01T02:00:00+02:00', 0],
    ['1970-01-02', 86_400_000],
    ['1972-02-29T00:00:00Z', 68_169_600_000],
  ])('%j is %d', (value, ms) => {
    expect(timestampMs(value)).toBe(ms);
  });

  test.each([
    [undefined],
    [null],
    [Number.NaN],
    [new Date('x')],
    ['1970-01-01T00:00:01'],
    ['2026-02-30'],
    ['2026-04-31T00:00:00Z'],
    ['today'],
    [{}],
    [1e300],
    [-8.1e15],
  ])('%j names no single instant', (value) => {
    expect(timestampMs(value)).toBeUndefined();
  });
});

test('the remainder of a time before the epoch is not negative', () => {
  expect([floorMod(-1, 60), floorMod(-60, 60), floorMod(61, 60)]).toEqual([59, 0, 1]);
});
