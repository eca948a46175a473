import type { InvocationResult } from '../journal/index.ts';
import { METRIC_NAMESPACE, METRICS, type MetricName } from '../plan/index.ts';

/** What a stream keeps at least. */
const SHORTEST_RETENTION_MS = 24 * 60 * 60 * 1000;

export interface InvocationOrigin {
  readonly pipeline: string;
  readonly stage: string;
  readonly shardId: string;
}

/**
 * The line an invocation leaves in the log, which is its metrics too: CloudWatch takes them out of it, so that none has to
 * be put.
 * @param now ms since the Unix epoch
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricsLine(
  { pipeline, stage, shardId }: InvocationOrigin,
  { report: { watermark, ...counts }, haltedAt }: Pick<InvocationResult, 'report' | 'haltedAt'>,
  now: number,
): string {
  const hasLag = watermark !== undefined && Number.isFinite(watermark);
  const values: Partial<Record<MetricName, number>> = {
    ...counts,
    ...(haltedAt !== undefined && { halted: 1 }),
    ...(hasLag && { watermarkLagMs: now - watermark }),
  };
  const Metrics = Object.entries(METRICS)
    .filter(([Name]) => Name in values)
    .map(([Name, Unit]) => ({ Name, Unit }));
  const mayHaveLost = counts.silenceMs >= SHORTEST_RETENTION_MS;
  return JSON.stringify({
    level: mayHaveLost ? 'warn' : 'info',
    ...(mayHaveLost && { code: 'MR1006' }),
    pipeline,
    stage,
    shardId,
    ...values,
    ...(hasLag && { watermark }),
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [['pipeline', 'stage']], Metrics }],
    },
  });
}
