import { describe, expect, test } from '@jest/globals';
import {
  avg,
  cusum,
  ewmaBands,
  first,
  last,
  min,
  pipeline,
  source,
  trailing,
  tumbling,
  zScore,
  type KeyedStream,
  type Pipeline,
} from 'millrace';
import * as z from 'zod';
import { StageTask } from '../../lib/engine/index.ts';
import { encodeControlRecord } from '../../lib/model/index.ts';
import { hasNab, labelsOf, NAB, reportOn, seriesOf } from '../support/nab.ts';
import { record } from '../support/orders.ts';

// Whole pipelines over real series, from records to alarms. Limits were chosen with a look at the data: these tests show
// what such pipelines find, and what they raise in vain. They are no benchmark.

const MACHINE = 'machine_temperature_system_failure.csv';
const TAXI = 'nyc_taxi.csv';

const Reading = z.object({ at: z.number(), value: z.number() });
type Reading = z.infer<typeof Reading>;
type Readings = KeyedStream<string, Reading>;

/** The machine's series jumps back by 55 minutes once. */
const readings = source(Reading, { timestamp: (each) => each.at, outOfOrder: '1 hour', maxSkew: '1 day' });

const of = ({ value }: Reading): number => value;

/** The mean of each hour. */
function hourly(stream: Readings): Readings {
  return stream
    .window(tumbling('1 hour'))
    .aggregate('hourly', { value: avg(of) })
    .map((row) => ({ at: row.windowStart, value: row.value ?? 0 }));
}

/** Each value less that of the same time a week before: a trailing window holds both its ends. */
function lessAWeekBefore(stream: Readings): Readings {
  return stream
    .window(trailing('7 days'))
    .aggregate('week', { now: last(of), before: first(of), since: min(({ at }) => at) })
    .filter((row) => row.since === row.windowStart)
    .map((row) => ({ at: row.windowEnd - 1, value: (row.now ?? 0) - (row.before ?? 0) }));
}

function detector(
  alarms: (stream: Readings) => KeyedStream<string, { readonly windowEnd: number }>,
): Pipeline {
  return pipeline('detector', {
    sources: { readings },
    build: ({ readings: stream }) => ({ alarms: alarms(stream.byPartitionKey()) }),
  });
}

const byScore = (stream: Readings, size: '2 days' | '7 days') =>
  stream
    .window(trailing(size))
    .aggregate('score', { score: zScore(of) })
    .filter((row) => Math.abs(row.score ?? 0) > 4);

const byBands = (stream: Readings, halfLife: '6 hours' | '3 days', width: number) =>
  stream
    .window(trailing('14 days'))
    .aggregate('bands', { bands: ewmaBands(of, { halfLife, width }) })
    .filter((row) => row.bands?.isOutside === true);

const byShift = (stream: Readings) =>
  stream
    .window(trailing('8 days'))
    .aggregate('shift', { shift: cusum(of, { keep: 8 * 24, baseline: 7 * 24, drift: 2, threshold: 10 }) })
    .filter((row) => row.shift?.isChange === true);

/** When the pipeline gives alarm about a series. */
function alarmsOf(code: Pipeline, file: string): readonly number[] {
  const task = new StageTask(code, 'readings', 'shard-0');
  seriesOf(file).forEach(({ timestamp, value }, index) => {
    task.process(record(index, file, { at: timestamp, value }, timestamp));
  });
  task.process({ ...record(1_000_000, file, ''), data: encodeControlRecord({ kind: 'finish' }) });
  return task.takeOutputs().map(({ timestamp }) => timestamp);
}

if (!hasNab) {
  test.skip(`real series need NAB_DATA, a checkout of github.com/numenta/NAB (looked in ${NAB})`, () => {});
}

(hasNab ? describe : describe.skip)('a pipeline over', () => {
  test.each([
    [
      MACHINE,
      'zScore of hours over two days',
      detector((all) => byScore(hourly(all), '2 days')),
      { found: 3, incidents: 14, precision: 0.21, recall: 0.75 },
    ],
    [
      MACHINE,
      'ewmaBands of five minutes',
      detector((all) => byBands(all, '6 hours', 5)),
      { found: 2, incidents: 3, precision: 0.67, recall: 0.5 },
    ],
    [
      MACHINE,
      'cusum of hours against the week before',
      detector((all) => byShift(hourly(all))),
      { found: 2, incidents: 5, precision: 0.4, recall: 0.5 },
    ],
    [
      TAXI,
      'zScore of hours over a week',
      detector((all) => byScore(hourly(lessAWeekBefore(all)), '7 days')),
      { found: 5, incidents: 20, precision: 0.25, recall: 1 },
    ],
    [
      TAXI,
      'ewmaBands of half hours',
      detector((all) => byBands(lessAWeekBefore(all), '3 days', 4)),
      { found: 5, incidents: 21, precision: 0.24, recall: 1 },
    ],
    [
      TAXI,
      'cusum of hours against the week before',
      detector((all) => byShift(hourly(lessAWeekBefore(all)))),
      { found: 5, incidents: 11, precision: 0.45, recall: 1 },
    ],
  ])('%s: %s', (file, what, code, expected) => {
    const series = seriesOf(file);
    const labelled = labelsOf(file).length;

    const report = reportOn(alarmsOf(code, file), series, file);

    const found = report.recall * labelled;
    console.log(
      `${file}, ${what}: ${found} of ${labelled} labelled windows found, ${report.incidents} incidents, ` +
        `precision ${report.precision}, recall ${report.recall}`,
    );
    expect({ found, ...report }).toEqual(expected);
  });
});
