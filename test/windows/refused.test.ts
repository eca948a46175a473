import { describe, expect, test } from '@jest/globals';
import {
  calendar,
  countOf,
  cumulate,
  customWindow,
  hopping,
  rollup,
  session,
  trailing,
  tumbling,
} from 'millrace';
import { policyOf } from '../../lib/windows/index.ts';

const example = "it must be longer than 0 ms, for example '1 minute'";
const multiples = "each size must be a multiple of the one before, for example '1 minute', '1 hour', '1 day'";

describe('a window that makes no sense is refused:', () => {
  test.each<[string, () => unknown, string]>([
    ['of no size', () => tumbling(0), `size of a tumbling window is 0 ms; ${example}`],
    [
      'of a size that is no duration',
      () => tumbling('1 week' as never),
      `size of a tumbling window is "1 week", which is not a duration; write whole milliseconds or a text such as '90 seconds', '5 minutes', '1 hour', '7 days'`,
    ],
    [
      'with an offset that skips a window',
      () => tumbling('1 minute', { offset: '1 minute' }),
      'offset of a tumbling window is 60000 ms; it must be shorter than the 60000 ms after which windows repeat',
    ],
    [
      'with an offset back in time',
      () => tumbling('1 minute', { offset: -1 }),
      "offset of a tumbling window is -1 ms; it must be 0 ms or longer, for example '10 seconds'",
    ],
    [
      'hopping past events',
      () => hopping('1 minute', { every: '90 seconds' }),
      'hopping window begins every 90000 ms but is only 60000 ms long, so events in between would be in no window; use every <= size',
    ],
    [
      'hopping on the spot',
      () => hopping('1 minute', { every: 0 }),
      `every of a hopping window is 0 ms; ${example}`,
    ],
    [
      'hopping with an offset of every',
      () => hopping('1 hour', { every: '1 minute', offset: '1 minute' }),
      'offset of a hopping window is 60000 ms; it must be shorter than the 60000 ms after which windows repeat',
    ],
    [
      'growing by steps that don’t fit',
      () => cumulate({ step: '7 minutes', max: '1 hour' }),
      `cumulate window goes from 420000 ms to 3600000 ms; ${multiples}`,
    ],
    [
      'growing by one step',
      () => cumulate({ step: '1 hour', max: '1 hour' }),
      `cumulate window goes from 3600000 ms to 3600000 ms; ${multiples}`,
    ],
    [
      'growing with an offset of max',
      () => cumulate({ step: '1 minute', max: '1 hour', offset: '1 hour' }),
      'offset of a cumulate window is 3600000 ms; it must be shorter than the 3600000 ms after which windows repeat',
    ],
    [
      'a rollup of one size',
      () => rollup(['1 minute']),
      "rollup has 1 sizes; give at least two, for example ['1 minute', '1 hour']",
    ],
    [
      'a rollup of sizes that don’t fit',
      () => rollup(['1 minute', '90 seconds']),
      `rollup goes from 60000 ms to 90000 ms; ${multiples}`,
    ],
    [
      'a rollup downwards',
      () => rollup(['1 hour', '1 minute']),
      `rollup goes from 3600000 ms to 60000 ms; ${multiples}`,
    ],
    ['a session without a gap', () => session({ gap: 0 }), `gap of a session window is 0 ms; ${example}`],
    [
      'a session shorter than its gap',
      () => session({ gap: '1 hour', maxDuration: '1 minute' }),
      'session window may last 60000 ms but has a gap of 3600000 ms; use maxDuration >= gap',
    ],
    ['a look back at nothing', () => trailing(0), `size of a trailing window is 0 ms; ${example}`],
    [
      'of no events',
      () => countOf(0),
      'size of a count window is "0"; it must be a whole number from 1, for example 100',
    ],
    [
      'of half an event',
      () => countOf(10, { every: 2.5 }),
      'every of a count window is "2.5"; it must be a whole number from 1, for example 100',
    ],
    [
      'counting past events',
      () => countOf(2, { every: 3 }),
      'count window has a result every 3 events but looks back at only 2; use every <= size',
    ],
    [
      'of a place that isn’t known',
      () => calendar('day', { timeZone: 'Europe/Atlantis' }),
      `time zone is "Europe/Atlantis", which is unknown; use a name of the IANA database, for example 'Europe/Berlin'`,
    ],
    [
      'of one’s own without a size',
      () => customWindow({ name: 'mine', maxSize: 0, assign: () => [] }),
      `maxSize of custom window "mine" is 0 ms; ${example}`,
    ],
  ])('%s', (_, define, message) => {
    expect(define).toThrow(expect.objectContaining({ name: 'DefinitionError', message }));
  });
});

describe('options that make no sense are refused, also where no compiler looks:', () => {
  test.each<[string, () => unknown, string]>([
    [
      'lateness of what goes aside',
      () => policyOf(tumbling('1 minute'), { allowedLateness: '1 hour' } as never),
      `allowedLateness of a window is "1 hour" but its late records go to the late stream; add onLate: 'update', or use grace to wait before closing`,
    ],
    [
      'corrections for no time',
      () => policyOf(tumbling('1 minute'), { onLate: 'update' } as never),
      `allowedLateness of a window with onLate 'update' is 0 ms; ${example}`,
    ],
    [
      'dropping what is late',
      () => policyOf(tumbling('1 minute'), { onLate: 'drop' } as never),
      `onLate of a window is "drop"; use 'side' or 'update'`,
    ],
    [
      'an interval and a count',
      () => policyOf(tumbling('1 minute'), { emit: { every: '10 seconds', afterCount: 10 } } as never),
      'emit has every "10 seconds" and afterCount "10"; give one of them',
    ],
    [
      'after no records',
      () => policyOf(tumbling('1 minute'), { emit: { afterCount: 0 } }),
      'afterCount of emit is "0"; it must be a whole number from 1, for example { afterCount: 100 }',
    ],
    [
      'a trailing window on update',
      () => policyOf(trailing('1 minute'), { emit: 'on-update' }),
      'trailing window has the options "grace 0 ms, emits on update"; it has one result for each event or so many of them, emitted once: leave out emit and onLate',
    ],
    [
      'a count window that waits',
      () => policyOf(countOf(10), { grace: '1 minute' }),
      'count window has a grace of 60000 ms; it counts records in the order of the log and waits for no time: leave out grace',
    ],
    [
      'a grace before the end',
      () => policyOf(tumbling('1 minute'), { grace: -1 }),
      "grace of a window is -1 ms; it must be 0 ms or longer, for example '10 seconds'",
    ],
  ])('%s', (_, define, message) => {
    expect(define).toThrow(expect.objectContaining({ name: 'DefinitionError', message }));
  });
});
