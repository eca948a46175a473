import { describe, expect, test } from '@jest/globals';
import { batches, failing, record, records, runVirtually, type Answer } from './shard-driver.ts';

const REPORTING = { functionResponseTypes: ['ReportBatchItemFailures'] };

describe('partial batch responses', () => {
  const successes = ['', '""', '[]', 'null', '{}', '{"batchItemFailures":[]}', '{"batchItemFailures":null}'];
  test.each(successes)('C35: the response "%s" means that the whole batch succeeded', async (payload) => {
    const report = await runVirtually({
      records: records(1, 2),
      parameters: REPORTING,
      answer: () => ({ kind: 'ok', payload }),
    });

    expect(batches(report)).toEqual([['1', '2']]);
  });

  const failures: readonly Answer[] = [
    failing(''),
    failing(null),
    failing('123'),
    { returns: { batchItemFailures: [{ ItemIdentifier: '1' }] } },
    { returns: { batchItemFailures: ['1'] } },
    { returns: { batchItemFailures: 'all' } },
    { kind: 'ok', payload: 'not json' },
  ];
  test.each(failures)(
    'C36: a response that names no record of the batch fails all of it: %j',
    async (answer) => {
      const report = await runVirtually({
        records: records(1, 2),
        parameters: { ...REPORTING, maximumRetryAttempts: 1 },
        answer: () => answer,
      });

      expect(batches(report)).toEqual([
        ['1', '2'],
        ['1', '2'],
      ]);
    },
  );

  test('C37: of several reported records the numerically lowest is delivered next', async () => {
    const report = await runVirtually({
      records: [record(8), record(9), record(10), record(11)],
      parameters: REPORTING,
      answer: (_, count) => (count === 1 ? failing('10', '9') : { returns: {} }),
    });

    expect(batches(report)).toEqual([
      ['8', '9', '10', '11'],
      ['9', '10', '11'],
    ]);
  });

  test('C38: progress renews the retries: a bad record is delivered once with others and then as often as allowed', async () => {
    const report = await runVirtually({
      records: [record(4), record(5), record(6)],
      parameters: { ...REPORTING, maximumRetryAttempts: 3 },
      answer: ({ records: delivered }) => (delivered.includes('6') ? failing('6') : { returns: {} }),
    });

    expect(batches(report)).toEqual([['4', '5', '6'], ['6'], ['6'], ['6'], ['6']]);
    expect(report.events).toContainEqual(
      expect.objectContaining({ kind: 'record-discarded', records: 1, attempt: 4, functionError: null }),
    );
  });

  test('C39: without progress a retry is used', async () => {
    const report = await runVirtually({
      records: records(1, 2),
      parameters: { ...REPORTING, maximumRetryAttempts: 1 },
      answer: () => failing('1'),
    });

    expect(batches(report)).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
  });

  test('C41: are ignored unless the mapping asks for them', async () => {
    const report = await runVirtually({ records: records(1, 2), answer: () => failing('1') });

    expect(batches(report)).toEqual([['1', '2']]);
  });

  const mixed = [
    ['fail-batch', ['1', '2', '3']],
    ['ignore', ['2', '3']],
  ] as const;
  test.each(mixed)('C42: a known and an unknown record, mode %s', async (unknownItem, second) => {
    const report = await runVirtually({
      records: records(1, 3),
      parameters: REPORTING,
      modes: { unknownItem },
      answer: (_, count) => (count === 1 ? failing('2', '99') : { returns: {} }),
    });

    expect(batches(report)[1]).toEqual(second);
  });

  const remainders = [
    ['alone', ['2', '3']],
    ['topped-up', ['2', '3', '4']],
  ] as const;
  test.each(remainders)('C43: the remainder is delivered %s', async (remainder, second) => {
    const report = await runVirtually({
      records: records(1, 6),
      parameters: { ...REPORTING, batchSize: 3 },
      modes: { remainder },
      answer: (_, count) => (count === 1 ? failing('2') : { returns: {} }),
    });

    expect(batches(report)[1]).toEqual(second);
  });
});
