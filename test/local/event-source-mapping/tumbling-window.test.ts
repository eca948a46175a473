import { describe, expect, test } from '@jest/globals';
import { openWindow } from '../../../lib/local/event-source-mapping/tumbling-window.ts';
import {
  CRASH,
  failing,
  MINUTE,
  record,
  records,
  runVirtually,
  SECOND,
  type Answer,
  type Delivery,
  type ShardReport,
} from './shard-driver.ts';

const WINDOW = { tumblingWindowSeconds: 60 };

/** Counts what it has seen, as a function with window state does. */
function count({ state, records: seen }: Delivery): Answer {
  return { returns: { state: { count: countIn(state) + seen.length } } };
}

function countIn(state: unknown): number {
  return typeof state === 'object' && state !== null && 'count' in state ? Number(state.count) : 0;
}

/** Each delivery as `records state`, with `!` for a final invocation and `~` for one that ends a window early. */
function summary({ deliveries }: ShardReport): readonly string[] {
  return deliveries.map(
    ({ records: delivered, state, isFinal, isTerminatedEarly }) =>
      `${delivered.join(',')} ${countIn(state)}${isFinal ? '!' : ''}${isTerminatedEarly ? '~' : ''}`,
  );
}

describe('tumbling windows', () => {
  test('are as long as asked and aligned to the epoch', async () => {
    const report = await runVirtually({ records: [record(1, 90 * SECOND)], parameters: WINDOW });

    expect(report.deliveries[0]?.window).toEqual({
      start: '1970-01-01T00:01:00Z',
      end: '1970-01-01T00:02:00Z',
    });
  });

  test('C59: hand on the state from one invocation to the next, up to the final one', async () => {
    const report = await runVirtually({
      records: [...records(1, 3), record(4, MINUTE)],
      parameters: { ...WINDOW, batchSize: 2 },
      answer: count,
    });

    expect(summary(report)).toEqual(['1,2 0', '3 2', ' 3!', '4 0', ' 1!']);
  });

  test('C58: a batch never holds records of two of them', async () => {
    const report = await runVirtually({
      records: [record(1, MINUTE - 1), record(2, MINUTE), record(3, MINUTE + 1)],
      parameters: { ...WINDOW, maximumBatchingWindowSeconds: 5 },
      answer: count,
    });

    expect(summary(report)).toEqual(['1 0', ' 1!', '2,3 0', ' 2!']);
  });

  test('C62: a quiet one is closed some time after its end', async () => {
    const report = await runVirtually({
      records: [record(1)],
      parameters: WINDOW,
      config: { idleFinalMs: 30 * SECOND },
    });

    expect(report.deliveries).toMatchObject([
      { at: 0, isFinal: false },
      { at: 90 * SECOND, isFinal: true, records: [] },
    ]);
  });

  test('C63: empty ones are not heard of', async () => {
    const report = await runVirtually({
      records: [record(1), record(2, 10 * MINUTE)],
      parameters: WINDOW,
      untilMs: 20 * MINUTE,
      answer: count,
    });

    expect(summary(report)).toEqual(['1 0', ' 1!', '2 0', ' 1!']);
  });

  test('C66: the end of the shard closes the last one', async () => {
    const report = await runVirtually({
      records: [record(1)],
      closedAt: 5 * SECOND,
      parameters: WINDOW,
      answer: count,
    });

    expect(summary(report)).toEqual(['1 0', ' 1!']);
    expect(report.deliveries[1]?.at).toBe(5 * SECOND);
    expect(report.hasEnded).toBe(true);
  });

  const finals = [
    ['extra', ['1,2 0', '3 2', ' 3!', '4 0', ' 1!']],
    ['on-last-batch', ['1,2 0', '3 2!', '4 0', ' 1!']],
    ['either', ['1,2 0', '3 2!', '4 0', ' 1!']],
  ] as const;
  test.each(finals)('C61: the final invocation comes %s', async (finalInvoke, expected) => {
    const report = await runVirtually({
      records: [...records(1, 3), record(4, MINUTE)],
      parameters: { ...WINDOW, batchSize: 2, maximumBatchingWindowSeconds: 120 },
      modes: { finalInvoke },
      answer: count,
    });

    expect(summary(report)).toEqual(expected);
  });

  test('C60: a response without state is a function error', async () => {
    const report = await runVirtually({
      records: [record(1)],
      parameters: { ...WINDOW, maximumRetryAttempts: 1 },
      answer: (_, deliveries) => (deliveries <= 2 ? { returns: {} } : { returns: { state: {} } }),
    });

    expect(summary(report)).toEqual(['1 0', '1 0', ' 0!']);
    expect(report.events).toContainEqual(
      expect.objectContaining({ kind: 'batch-failed', errorType: 'MalformedResponse', isCounted: true }),
    );
  });

  const stateless = [
    ['error', 2],
    ['accepted', 1],
  ] as const;
  test.each(stateless)('a final response without state, mode %s', async (finalWithoutState, finals_) => {
    const report = await runVirtually({
      records: [record(1)],
      parameters: WINDOW,
      modes: { finalWithoutState },
      answer: ({ isFinal }, deliveries) =>
        isFinal === true && deliveries === 2 ? { returns: {} } : { returns: { state: {} } },
    });

    expect(report.deliveries.filter(({ isFinal }) => isFinal)).toHaveLength(finals_);
  });

  test('C64: a failing final invocation holds the shard until it succeeds', async () => {
    const report = await runVirtually({
      records: [record(1), record(2, MINUTE)],
      parameters: { ...WINDOW, maximumRetryAttempts: 1 },
      answer: (delivery, deliveries) => (deliveries >= 2 && deliveries <= 5 ? CRASH : count(delivery)),
    });

    expect(summary(report)).toEqual(['1 0', ' 1!', ' 1!', ' 1!', ' 1!', ' 1!', '2 0', ' 1!']);
  });

  test('a final invocation out of retries discards its window, in the other mode', async () => {
    const report = await runVirtually({
      records: [record(1), record(2, MINUTE)],
      parameters: { ...WINDOW, maximumRetryAttempts: 1 },
      modes: { finalExhausted: 'discard-window' },
      answer: (delivery, deliveries) => (deliveries >= 2 && deliveries <= 3 ? CRASH : count(delivery)),
    });

    expect(summary(report)).toEqual(['1 0', ' 1!', ' 1!', '2 0', ' 1!']);
    expect(report.events).toContainEqual(
      expect.objectContaining({ kind: 'window-final', isDiscarded: true }),
    );
  });

  const oversized = [
    ['shown', 2],
    ['dropped', 0],
  ] as const;
  test.each(oversized)(
    'C65: a state over 1 MB ends its window early, mode %s',
    async (oversizedState, shown) => {
      const report = await runVirtually({
        records: records(1, 3),
        parameters: { ...WINDOW, batchSize: 2 },
        modes: { oversizedState },
        answer: (delivery, deliveries) =>
          deliveries === 1
            ? { returns: { state: { count: 2, pad: 'x'.repeat(1024 * 1024) } } }
            : count(delivery),
      });

      expect(summary(report)).toEqual(['1,2 0', ` ${shown}~`, '3 0', ' 1!']);
      const windows = new Set(report.deliveries.map(({ window }) => window?.start));
      expect(windows.size).toBe(1);
    },
  );

  test('C67: after an exception the same records come with the same state', async () => {
    const report = await runVirtually({
      records: records(1, 4),
      parameters: { ...WINDOW, batchSize: 2 },
      answer: (delivery, deliveries) => (deliveries === 2 ? CRASH : count(delivery)),
    });

    expect(summary(report)).toEqual(['1,2 0', '3,4 2', '3,4 2', ' 4!']);
  });

  test('the second half of a bisected batch gets the state of the first', async () => {
    const report = await runVirtually({
      records: records(1, 4),
      parameters: { ...WINDOW, bisect: true },
      answer: (delivery, deliveries) => (deliveries === 1 ? CRASH : count(delivery)),
    });

    expect(summary(report)).toEqual(['1,2,3,4 0', '1,2 0', '3,4 2', ' 4!']);
  });

  const partial = [
    ['returned', ['1,2,3 0', '3 2', ' 3!']],
    ['earlier', ['1,2,3 0', '3 0', ' 1!']],
  ] as const;
  test.each(partial)(
    'C68: after a partial failure the retry sees the state %s',
    async (partialState, expected) => {
      const report = await runVirtually({
        records: records(1, 3),
        parameters: { ...WINDOW, functionResponseTypes: ['ReportBatchItemFailures'] },
        modes: { partialState },
        answer: (delivery, deliveries) =>
          deliveries === 1
            ? { returns: { ...Object(Reflect.get(failing('3'), 'returns')), state: { count: 2 } } }
            : count(delivery),
      });

      expect(summary(report)).toEqual(expected);
    },
  );

  const backwards = [
    ['current-window', ['1 0', ' 1!', '2 0', '3 1', ' 2!']],
    ['reopen', ['1 0', ' 1!', '2 0', ' 1!', '3 0', ' 1!']],
  ] as const;
  test.each(backwards)(
    'C70: an arrival in a closed window, mode %s',
    async (arrivalInClosedWindow, expected) => {
      const report = await runVirtually({
        records: [record(1), record(2, MINUTE), record(3, MINUTE - 1)],
        parameters: { ...WINDOW, batchSize: 1 },
        modes: { arrivalInClosedWindow },
        answer: count,
      });

      expect(summary(report)).toEqual(expected);
    },
  );

  test('an arrival in the window that was just closed opens the next one instead', () => {
    const late = record(3, MINUTE - 1);

    const window = openWindow(late, MINUTE, MINUTE, '2', 'current-window');

    expect(window).toEqual({ startMs: MINUTE, endMs: 2 * MINUTE, state: {}, openedAfter: '2' });
  });

  test('C71: do not exist when their length is zero: no fields, no state needed', async () => {
    const report = await runVirtually({ records: [record(1)], answer: () => ({ returns: 'anything' }) });

    expect(report.deliveries).toEqual([{ at: 0, records: ['1'], bytes: expect.any(Number) }]);
  });
});
