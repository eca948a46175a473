import { describe, expect, test } from '@jest/globals';
import { metricsLine } from '../../lib/aws/metrics.ts';
import type { InvocationReport } from '../../lib/journal/index.ts';

const origin = { pipeline: 'orders', stage: 'orders', shardId: 'shardId-000000000001' };
const NOW = Date.parse('2026-01-01T00:01:00Z');
const report: InvocationReport = {
  records: 10,
  skipped: 1,
  recoveredFromLog: 2,
  outputs: 3,
  deadLetters: 0,
  undelivered: 0,
  appended: 1,
  tailBytes: 400,
  silenceMs: 1_000,
  watermark: Date.parse('2026-01-01T00:00:50Z'),
};

function lineOf(changes: Partial<InvocationReport> = {}): Record<string, unknown> {
  return JSON.parse(metricsLine(origin, { report: { ...report, ...changes } }, NOW));
}

function namesIn(line: Record<string, unknown>): readonly string[] {
  const { CloudWatchMetrics } = line['_aws'] as {
    CloudWatchMetrics: [{ Metrics: readonly { Name: string }[] }];
  };
  return CloudWatchMetrics[0].Metrics.map(({ Name }) => Name);
}

describe('the line an invocation leaves in the log', () => {
  test('tells CloudWatch what happened, by pipeline and stage', () => {
    const line = lineOf();

    expect(line).toMatchObject({
      level: 'info',
      ...origin,
      ...report,
      watermarkLagMs: 10_000,
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [{ Namespace: 'Millrace', Dimensions: [['pipeline', 'stage']] }],
      },
    });
  });

  test('has a number for each metric it names', () => {
    const line = lineOf();

    expect(namesIn(line).filter((name) => typeof line[name] !== 'number')).toEqual([]);
  });

  test.each([undefined, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])(
    'says nothing of how late it is while event time is %p',
    (watermark) => {
      const line = lineOf({ watermark });

      expect(namesIn(line)).not.toContain('watermarkLagMs');
      expect(line).not.toHaveProperty('watermarkLagMs');
    },
  );

  test('warns where records may have left the stream unread', () => {
    const line = lineOf({ silenceMs: 24 * 60 * 60 * 1000 });

    expect(line).toMatchObject({ level: 'warn', code: 'MR1006' });
  });
});
