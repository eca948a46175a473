import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmStatusWidget,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  Metric,
  Stats,
  TreatMissingData,
  type IAlarmAction,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { METRIC_NAMESPACE, type MetricName } from '../plan/index.ts';

/** A stage, as CloudWatch knows it. */
export interface MonitoredStage {
  readonly pipeline: string;
  readonly stage: string;
  readonly target: IFunction;
  /** It stops at a record on which user code throws. */
  readonly halts: boolean;
}

const PERIOD = Duration.minutes(1);
const LASTING_PERIODS = 5;
const LONGEST_AGE = Duration.hours(1);
/** What a stream keeps at least. */
const SHORTEST_RETENTION = Duration.hours(24);
const WHOLE_ROW = 24;
const HALF_OF_A_ROW = WHOLE_ROW / 2;

/**
 * What someone should be woken for. A stage retries for ever, so one failed invocation is no alarm, and failing for
 * minutes is.
 */
export function createAlarms(
  scope: Construct,
  id: string,
  stage: MonitoredStage,
  actions: readonly IAlarmAction[],
): readonly Alarm[] {
  const of = `stage ${stage.stage} of pipeline ${stage.pipeline}`;
  const halts: readonly AlarmKind[] = [
    {
      name: 'Halted',
      metric: metricOf(stage, 'halted', Stats.SUM),
      threshold: 1,
      periods: 1,
      meaning: `${of} stands still at a record on which its code throws; docs/errors/MR3001.md`,
    },
  ];
  const kinds: readonly AlarmKind[] = [
    ...(stage.halts ? halts : []),
    {
      name: 'Failing',
      metric: stage.target.metricErrors({ period: PERIOD }),
      threshold: 1,
      periods: LASTING_PERIODS,
      meaning: `${of} has failed in each of the last ${LASTING_PERIODS} minutes: a shard may be stuck; the code in its log names a page of docs/errors`,
    },
    {
      name: 'Behind',
      metric: iteratorAge(stage),
      threshold: LONGEST_AGE.toMilliseconds(),
      periods: LASTING_PERIODS,
      meaning: `${of} reads records that are an hour old: it fails, or needs more shards`,
    },
    {
      name: 'Undelivered',
      metric: metricOf(stage, 'undelivered', Stats.MAXIMUM),
      threshold: 1,
      periods: LASTING_PERIODS,
      meaning: `${of} could not deliver outputs for ${LASTING_PERIODS} minutes; docs/errors/MR2003.md`,
    },
    {
      name: 'DeadLetters',
      metric: metricOf(stage, 'deadLetters', Stats.SUM),
      threshold: 1,
      periods: 1,
      meaning: `${of} could not take a record, which is in the dead-letter table with the reason; docs/errors/dead-letters.md`,
    },
    {
      name: 'Lost',
      metric: metricOf(stage, 'silenceMs', Stats.MAXIMUM),
      threshold: SHORTEST_RETENTION.toMilliseconds(),
      periods: 1,
      meaning: `${of} found no record for longer than its stream keeps them: some may be lost; docs/errors/MR1006.md`,
    },
  ];
  return kinds.map(({ name, metric, threshold, periods, meaning }) => {
    const alarm = new Alarm(scope, `${id}${name}`, {
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: meaning,
    });
    alarm.addAlarmAction(...actions);
    return alarm;
  });
}

interface AlarmKind {
  readonly name: string;
  readonly metric: IMetric;
  readonly threshold: number;
  readonly periods: number;
  readonly meaning: string;
}

/** A page with a row for each stage: what passes, how late it is, what it keeps, what goes wrong. */
export function createDashboard(
  scope: Construct,
  id: string,
  stages: readonly MonitoredStage[],
  alarms: readonly Alarm[],
): Dashboard {
  const dashboard = new Dashboard(scope, id);
  dashboard.addWidgets(new AlarmStatusWidget({ alarms: [...alarms], width: WHOLE_ROW }));
  for (const stage of stages) {
    const widget = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []): GraphWidget =>
      new GraphWidget({
        title: `${stage.stage}: ${title}`,
        left: [...left],
        right: [...right],
        width: HALF_OF_A_ROW,
      });
    const sum = (name: MetricName): IMetric => metricOf(stage, name, Stats.SUM);
    const largest = (name: MetricName): IMetric => metricOf(stage, name, Stats.MAXIMUM);
    dashboard.addWidgets(
      widget('records', [sum('records'), sum('outputs')], [sum('skipped'), sum('recoveredFromLog')]),
      widget('how late it is', [largest('watermarkLagMs'), iteratorAge(stage)]),
    );
    dashboard.addWidgets(
      widget('journal', [sum('appended')], [largest('tailBytes')]),
      widget('what goes wrong', [
        stage.target.metricErrors({ period: PERIOD }),
        stage.target.metricThrottles({ period: PERIOD }),
        sum('deadLetters'),
        largest('undelivered'),
      ]),
    );
  }
  return dashboard;
}

function metricOf({ pipeline, stage }: MonitoredStage, metricName: MetricName, statistic: string): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { pipeline, stage },
    statistic,
    period: PERIOD,
  });
}

function iteratorAge({ target }: MonitoredStage): Metric {
  return target.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: PERIOD });
}
