import { describe, expect, test } from '@jest/globals';
import { batches, MINUTE, record, records, runVirtually, SECOND } from './shard-driver.ts';

describe('batching', () => {
  test('C1, C14: a batch never exceeds BatchSize and keeps the order of the shard', async () => {
    const report = await runVirtually({ records: records(1, 7), parameters: { batchSize: 3 } });

    expect(batches(report)).toEqual([['1', '2', '3'], ['4', '5', '6'], ['7']]);
  });

  test('C16: without a batching window any record is delivered at the next poll', async () => {
    const report = await runVirtually({ records: [record(1, 200), record(2, 1500)] });

    expect(report.deliveries).toMatchObject([
      { at: 1000, records: ['1'] },
      { at: 2000, records: ['2'] },
    ]);
  });

  test('C15: a batching window starts with the first record', async () => {
    const report = await runVirtually({
      records: [record(1, 2 * SECOND), record(2, 4 * SECOND), record(3, 20 * SECOND)],
      parameters: { maximumBatchingWindowSeconds: 10 },
    });

    expect(report.deliveries).toMatchObject([
      { at: 12 * SECOND, records: ['1', '2'] },
      { at: 30 * SECOND, records: ['3'] },
    ]);
  });

  test('a batching window starts when the invocation before it ended, if records wait already', async () => {
    const report = await runVirtually({
      records: [...records(1, 2), record(3, 0)],
      parameters: { maximumBatchingWindowSeconds: 10, batchSize: 2 },
      answer: () => ({ returns: {}, afterMs: 5 * SECOND }),
    });

    expect(report.deliveries).toMatchObject([
      { at: 0, records: ['1', '2'] },
      { at: 15 * SECOND, records: ['3'] },
    ]);
  });

  test('a full batch does not wait for its batching window', async () => {
    const report = await runVirtually({
      records: [...records(1, 2), record(3, 3 * SECOND)],
      parameters: { maximumBatchingWindowSeconds: 60, batchSize: 3 },
    });

    expect(report.deliveries).toMatchObject([{ at: 3 * SECOND, records: ['1', '2', '3'] }]);
  });

  test('C22: a backlog is drained back to back, in full batches', async () => {
    const report = await runVirtually({
      records: records(1, 6),
      parameters: { batchSize: 3 },
      readLimit: 2,
      answer: () => ({ returns: {}, afterMs: 100 }),
    });

    expect(report.deliveries).toMatchObject([
      { at: 0, records: ['1', '2', '3'] },
      { at: 100, records: ['4', '5', '6'] },
    ]);
  });

  test('C17: a batch is cut before the record that would take the request over 6 MB', async () => {
    const large = 'x'.repeat(1024 * 1024);
    const report = await runVirtually({
      records: [1, 2, 3, 4, 5, 6].map((sequence) => record(sequence, 0, large)),
    });

    expect(batches(report)).toEqual([
      ['1', '2', '3', '4'],
      ['5', '6'],
    ]);
    expect(Math.max(...report.deliveries.map(({ bytes }) => bytes))).toBeLessThanOrEqual(6 * 1024 * 1024);
  });

  test('C18: a record that alone is over 6 MB fails like a function error', async () => {
    const report = await runVirtually({
      records: [record(1, 0, 'x'.repeat(5 * 1024 * 1024)), record(2)],
      parameters: { maximumRetryAttempts: 0 },
    });

    expect(batches(report)).toEqual([['2']]);
    expect(report.events).toContainEqual(
      expect.objectContaining({ kind: 'batch-failed', errorType: 'RequestTooLarge', isCounted: true }),
    );
  });

  test('a record that alone is over 6 MB is, in the other mode, tried until its age ends', async () => {
    const report = await runVirtually({
      records: [record(1, 0, 'x'.repeat(5 * 1024 * 1024)), record(2, 2 * MINUTE)],
      parameters: { maximumRetryAttempts: 0, maximumRecordAgeSeconds: 60 },
      modes: { oversizedRecord: 'not-invoked' },
    });

    expect(batches(report)).toEqual([['2']]);
    expect(report.events).toContainEqual(
      expect.objectContaining({ kind: 'record-discarded', reason: 'record-age-exceeded', at: MINUTE }),
    );
  });

  test('C23: nothing is invoked without records', async () => {
    const report = await runVirtually({ records: [], closedAt: MINUTE });

    expect(report.deliveries).toEqual([]);
    expect(report.hasEnded).toBe(true);
  });
});
