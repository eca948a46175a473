import { describe, expect, test } from '@jest/globals';
import { cusum, ewmaBands, zScore, type AnyAggregator } from '../../lib/aggregators/index.ts';
import { folded, resultOfLog } from '../support/aggregating.ts';
import { hasNab, NAB, reportOn, seriesOf, type Series } from '../support/nab.ts';

// Two series of the Numenta Anomaly Benchmark with windows that people labelled. Limits were chosen with a look at the
// data: these tests show what the scores find in real series, and that they go on finding it. They are no benchmark.

const HOUR_MS = 3_600_000;
if (!hasNab) {
  test.skip(`real series need NAB_DATA, a checkout of github.com/numenta/NAB (looked in ${NAB})`, () => {});
}

(hasNab ? describe : describe.skip)('in time order over real series', () => {
  describe('the temperature of a machine', () => {
    const machine = 'machine_temperature_system_failure.csv';

    test('zScore of each hour over the last two days', () => {
      const series = everyHour(seriesOf(machine));

      const alarms = trailing(zScore(value), series, 48, (score) => Math.abs(score ?? 0) > 4);

      expect(reportOn(alarms, series, machine)).toEqual({ incidents: 15, precision: 0.13, recall: 0.5 });
    });

    test('ewmaBands of every five minutes with a half-life of six hours', () => {
      const series = seriesOf(machine);

      const bands = ewmaBands(value, { halfLife: '6 hours', width: 5 });
      const alarms = running(bands, series, (result) => result?.isOutside === true);

      expect(reportOn(alarms, series, machine)).toEqual({ incidents: 3, precision: 0.67, recall: 0.5 });
    });

    test('cusum of each hour of the last day against the week before', () => {
      const series = everyHour(seriesOf(machine));

      const sums = cusum(value, { keep: 8 * 24, baseline: 7 * 24, drift: 2, threshold: 10 });
      const alarms = running(sums, series, (result) => result?.isChange === true);

      expect(reportOn(alarms, series, machine)).toEqual({ incidents: 5, precision: 0.4, recall: 0.5 });
    });
  });

  describe('taxi passengers, less those of a week before', () => {
    const taxi = 'nyc_taxi.csv';

    test('zScore of each hour over the last week', () => {
      const series = everyHour(lessAWeekBefore(seriesOf(taxi)));

      const alarms = trailing(zScore(value), series, 7 * 24, (score) => Math.abs(score ?? 0) > 4);

      expect(reportOn(alarms, series, taxi)).toEqual({ incidents: 17, precision: 0.29, recall: 1 });
    });

    test('ewmaBands of every half hour with a half-life of three days', () => {
      const series = lessAWeekBefore(seriesOf(taxi));

      const bands = ewmaBands(value, { halfLife: '3 days', width: 4 });
      const alarms = running(bands, series, (result) => result?.isOutside === true);

      expect(reportOn(alarms, series, taxi)).toEqual({ incidents: 18, precision: 0.28, recall: 1 });
    });

    test('cusum of each hour of the last day against the week before', () => {
      const series = everyHour(lessAWeekBefore(seriesOf(taxi)));

      const sums = cusum(value, { keep: 8 * 24, baseline: 7 * 24, drift: 2, threshold: 10 });
      const alarms = running(sums, series, (result) => result?.isChange === true);

      expect(reportOn(alarms, series, taxi)).toEqual({ incidents: 10, precision: 0.5, recall: 1 });
    });
  });
});

function value(each: number): number {
  return each;
}

/** The instants at which the aggregate of the last `size` values gives alarm. */
function trailing<Out>(
  aggregator: AnyAggregator<number, Out>,
  series: Series,
  size: number,
  isAlarm: (result: Out) => boolean,
): readonly number[] {
  return series
    .filter((_, index) =>
      isAlarm(resultOfLog(aggregator, series.slice(Math.max(0, index + 1 - size), index + 1))),
    )
    .map(({ timestamp }) => timestamp);
}

/** The instants at which the aggregate of everything so far gives alarm. */
function running<Out>(
  aggregator: AnyAggregator<number, Out>,
  series: Series,
  isAlarm: (result: Out) => boolean,
): readonly number[] {
  let accumulator: unknown = aggregator.init();
  return series
    .filter((each) => {
      accumulator = folded(aggregator, [each], accumulator);
      return isAlarm(aggregator.result(accumulator));
    })
    .map(({ timestamp }) => timestamp);
}

function everyHour(series: Series): Series {
  return series.filter(({ timestamp }) => timestamp % HOUR_MS === 0);
}

/** For a series with a value every half hour. */
function lessAWeekBefore(series: Series): Series {
  return series.slice(7 * 48).map((each, index) => ({
    timestamp: each.timestamp,
    value: each.value - (series[index]?.value ?? 0),
  }));
}
