import { describe, expect, test } from '@jest/globals';
import type { InvokeResult } from '../../../lib/local/lambda/index.ts';
import { batches, CRASH, HOUR, MINUTE, record, records, runVirtually, SECOND } from './shard-driver.ts';

const THROTTLED: InvokeResult = { kind: 'not-invoked', reason: 'throttled' };

describe('retries', () => {
  test.each([0, 1, 2, 3])(
    'C24: MaximumRetryAttempts %i delivers a failing batch that often more',
    async (attempts) => {
      const report = await runVirtually({
        records: records(1, 2),
        parameters: { maximumRetryAttempts: attempts },
        answer: () => CRASH,
      });

      expect(batches(report)).toEqual(Array.from({ length: attempts + 1 }, () => ['1', '2']));
    },
  );

  test('C25: nothing behind a failing batch is delivered before it succeeds', async () => {
    const report = await runVirtually({
      records: [record(1), record(2, 500)],
      answer: (_, count) => (count < 4 ? CRASH : { returns: {} }),
    });

    expect(batches(report)).toEqual([['1'], ['1'], ['1'], ['1'], ['2']]);
  });

  test('C31: after a batch is given up the record behind it comes next', async () => {
    const report = await runVirtually({
      records: records(1, 3),
      parameters: { maximumRetryAttempts: 1, batchSize: 2 },
      answer: ({ records: [first] }) => (first === '1' ? CRASH : { returns: {} }),
    });

    expect(batches(report)).toEqual([['1', '2'], ['1', '2'], ['3']]);
    expect(report.events.filter(({ kind }) => kind === 'record-discarded')).toEqual([
      {
        kind: 'record-discarded',
        reason: 'retries-exhausted',
        discarded: records(1, 2),
        functionError: 'Unhandled',
        firstArrivalMs: 0,
        lastArrivalMs: 0,
        shardId: 'shardId-000000000000',
        at: 400,
        records: 2,
        firstSequenceNumber: '1',
        lastSequenceNumber: '2',
        attempt: 2,
      },
    ]);
  });

  test('C26: without a limit a batch is retried until its first record leaves the stream', async () => {
    const report = await runVirtually({
      records: [record(1), record(2, 24 * HOUR + MINUTE)],
      untilMs: 25 * HOUR,
      answer: ({ records: [first] }) => (first === '1' ? CRASH : { returns: {} }),
    });

    expect(report.events).toContainEqual(
      expect.objectContaining({ kind: 'record-discarded', reason: 'record-age-exceeded', at: 24 * HOUR }),
    );
    expect(batches(report).at(-1)).toEqual(['2']);
  });

  test('C30: a record past its maximum age is dropped and the rest of its batch delivered', async () => {
    const report = await runVirtually({
      records: [record(1), record(2, 2 * SECOND), record(3, 2 * SECOND)],
      parameters: { maximumRecordAgeSeconds: 60, maximumBatchingWindowSeconds: 3 },
      config: { backoff: { baseMs: 58 * SECOND, factor: 1, maxMs: 58 * SECOND } },
      answer: (_, count) => (count === 1 ? CRASH : { returns: {} }),
    });

    expect(batches(report)).toEqual([
      ['1', '2', '3'],
      ['2', '3'],
    ]);
  });

  test('C27: throttles and sandboxes that do not start are not counted', async () => {
    const report = await runVirtually({
      records: [record(1)],
      parameters: { maximumRetryAttempts: 1 },
      answer: (_, count) => (count <= 5 ? THROTTLED : CRASH),
    });

    expect(report.deliveries).toHaveLength(7);
  });

  test('C29: the delay between retries grows up to its bound', async () => {
    const report = await runVirtually({
      records: [record(1)],
      parameters: { maximumRetryAttempts: 5 },
      config: { backoff: { baseMs: 100, factor: 3, maxMs: 1000 } },
      answer: () => CRASH,
    });

    expect(report.deliveries.map(({ at }) => at)).toEqual([0, 100, 400, 1300, 2300, 3300]);
  });

  test('a batch that always fails is invoked eight times in its minute', async () => {
    const report = await runVirtually({
      records: [record(1)],
      parameters: { maximumRecordAgeSeconds: 60 },
      answer: () => CRASH,
    });

    expect(report.deliveries).toHaveLength(8);
  });
});
