import { describe, expect, test } from '@jest/globals';
import { batches, CRASH, failing, records, runVirtually, type ShardScenario } from './shard-driver.ts';

const crashOn =
  (bad: string): NonNullable<ShardScenario['answer']> =>
  ({ records: delivered }) =>
    delivered.includes(bad) ? CRASH : { returns: {} };

describe('bisecting', () => {
  test('C32: a failing batch is delivered as two parts, the first part first', async () => {
    const report = await runVirtually({
      records: records(1, 5),
      parameters: { bisect: true },
      answer: (_, count) => (count === 1 ? CRASH : { returns: {} }),
    });

    expect(batches(report)).toEqual([
      ['1', '2', '3', '4', '5'],
      ['1', '2', '3'],
      ['4', '5'],
    ]);
  });

  test('C34: one bad record ends alone after all its retries, everything else is processed', async () => {
    const report = await runVirtually({
      records: records(1, 8),
      parameters: { bisect: true, maximumRetryAttempts: 1 },
      answer: crashOn('6'),
    });

    expect(batches(report)).toEqual([
      ['1', '2', '3', '4', '5', '6', '7', '8'],
      ['1', '2', '3', '4'],
      ['5', '6', '7', '8'],
      ['5', '6'],
      ['5'],
      ['6'],
      ['6'],
      ['7', '8'],
    ]);
    expect(report.events).toContainEqual(
      expect.objectContaining({ kind: 'record-discarded', firstSequenceNumber: '6', records: 1 }),
    );
  });

  const budgets = [
    ['fresh', [['1', '2'], ['1', '2'], ['1'], ['1'], ['1'], ['2']]],
    ['inherited', [['1', '2'], ['1', '2'], ['1'], ['1'], ['2']]],
  ] as const;
  test.each(budgets)('C33: a half has a budget that is %s', async (bisectBudget, expected) => {
    const report = await runVirtually({
      records: records(1, 2),
      parameters: {
        bisect: true,
        maximumRetryAttempts: 2,
        functionResponseTypes: ['ReportBatchItemFailures'],
      },
      modes: { bisectBudget },
      answer: ({ records: delivered }, count) => {
        if (count === 1) return failing('1');
        return delivered.includes('1') ? CRASH : { returns: {} };
      },
    });

    expect(batches(report)).toEqual(expected);
  });

  test('C40: a reported record is where the batch is cut, not its middle', async () => {
    const report = await runVirtually({
      records: records(1, 6),
      parameters: { bisect: true, functionResponseTypes: ['ReportBatchItemFailures'] },
      answer: (_, count) => (count === 1 ? failing('3') : { returns: {} }),
    });

    expect(batches(report)).toEqual([
      ['1', '2', '3', '4', '5', '6'],
      ['3', '4', '5', '6'],
    ]);
  });

  test('an exception halves a batch even if the function may report items', async () => {
    const report = await runVirtually({
      records: records(1, 4),
      parameters: { bisect: true, functionResponseTypes: ['ReportBatchItemFailures'] },
      answer: (_, count) => (count === 1 ? CRASH : { returns: {} }),
    });

    expect(batches(report)).toEqual([
      ['1', '2', '3', '4'],
      ['1', '2'],
      ['3', '4'],
    ]);
  });
});
