import { expect, test } from '@jest/globals';
import {
  calendar,
  collect,
  count,
  countOf,
  cumulate,
  hopping,
  pipeline,
  rollup,
  session,
  source,
  sum,
  trailing,
  tumbling,
  type FinalOptions,
  type WindowSpec,
} from 'millrace';
import { testDriver } from 'millrace/testing';
import * as z from 'zod';

const Reading = z.object({ at: z.number(), value: z.number() });

/** The events of docs/semantics.md: five values, by the second at which they happened, in the order they come. */
const EVENTS = [
  [5, 1],
  [38, 2],
  [20, 3],
  [65, 4],
  [66, 5],
] as const;

const seconds = (ms: number): number => ms / 1_000;

/** Runs the events of the page through one window; a result as `[start, end) values`. */
function resultsOf(window: WindowSpec, options: FinalOptions = {}): readonly string[] {
  const readings = pipeline('readings', {
    sources: { readings: source(Reading, { timestamp: ({ at }) => at, outOfOrder: '20 seconds' }) },
    build: (sources) => ({
      rows: sources.readings
        .byPartitionKey()
        .window(window as ReturnType<typeof tumbling>, options)
        .aggregate('rows', { values: collect(({ value }) => value, { limit: 10 }), n: count() }),
    }),
  });
  const driver = testDriver(readings);
  for (const [at, value] of EVENTS) driver.sources.readings.send({ at: at * 1_000, value });
  driver.drain();
  return driver.sinks.rows
    .take()
    .map((row) => `[${seconds(row.windowStart)}, ${seconds(row.windowEnd)}) ${row.values.join(' ')}`);
}

test.each<[string, WindowSpec, readonly string[]]>([
  ["tumbling('30 seconds')", tumbling('30 seconds'), ['[0, 30) 1 3', '[30, 60) 2', '[60, 90) 4 5']],
  [
    "hopping('60 seconds', { every: '30 seconds' })",
    hopping('60 seconds', { every: '30 seconds' }),
    ['[-30, 30) 1 3', '[0, 60) 1 3 2', '[30, 90) 2 4 5', '[60, 120) 4 5'],
  ],
  [
    "cumulate({ step: '30 seconds', max: '90 seconds' })",
    cumulate({ step: '30 seconds', max: '90 seconds' }),
    ['[0, 30) 1 3', '[0, 60) 1 3 2', '[0, 90) 1 3 2 4 5'],
  ],
  [
    "rollup(['30 seconds', '60 seconds'])",
    rollup(['30 seconds', '60 seconds']),
    ['[0, 30) 1 3', '[30, 60) 2', '[0, 60) 1 3 2', '[60, 90) 4 5', '[60, 120) 4 5'],
  ],
  ["session({ gap: '18 seconds' })", session({ gap: '18 seconds' }), ['[5, 56) 1 3 2', '[65, 84) 4 5']],
  [
    "trailing('27 seconds')",
    trailing('27 seconds'),
    ['[-22, 5.001) 1', '[-7, 20.001) 1 3', '[11, 38.001) 3 2', '[38, 65.001) 2 4', '[39, 66.001) 4 5'],
  ],
  ['countOf(2)', countOf(2), ['[5, 38.001) 1 2', '[20, 65.001) 3 4']],
  [
    'countOf(3, { every: 1 })',
    countOf(3, { every: 1 }),
    ['[5, 5.001) 1', '[5, 38.001) 1 2', '[5, 38.001) 1 3 2', '[20, 65.001) 3 2 4', '[20, 66.001) 3 4 5'],
  ],
  [
    "calendar('day', { timeZone: 'Europe/Berlin' })",
    calendar('day', { timeZone: 'Europe/Berlin' }),
    ['[-3600, 82800) 1 3 2 4 5'],
  ],
])('%s gives what the page says', (_, window, expected) => {
  expect(resultsOf(window)).toEqual(expected);
});

test('rows that are updated, corrected and final come as the page says', () => {
  const readings = pipeline('readings', {
    sources: { readings: source(Reading, { timestamp: ({ at }) => at }) },
    build: (sources) => ({
      rows: sources.readings
        .byPartitionKey()
        .window(tumbling('30 seconds'), {
          emit: { afterCount: 2 },
          onLate: 'update',
          allowedLateness: '30 seconds',
        })
        .aggregate('rows', { total: sum(({ value }) => value) }),
    }),
  });
  const { sources, sinks } = testDriver(readings);
  const send = (at: number, value: number): readonly string[] => {
    sources.readings.send({ at: at * 1_000, value });
    return sinks.rows
      .take()
      .map((row) => `[${seconds(row.windowStart)}) ${row.total}${row.isFinal ? ' final' : ''}`);
  };

  expect(send(5, 1)).toEqual([]);
  expect(send(10, 2)).toEqual(['[0) 3']);
  expect(send(31, 4)).toEqual(['[0) 3']);
  expect(send(20, 8)).toEqual(['[0) 11']);
  expect(send(60, 16)).toEqual(['[0) 11 final', '[30) 4']);
});
