import { describe, expect, test } from '@jest/globals';
import type { CheckView, LogRecord, ResultRow, ShardLog } from '../../lib/cli/index.ts';
import { liveCheck } from '../../functions/earthquakes/demo/live-check.ts';

const HOUR = 60 * 60 * 1000;
const DAY_START = Date.UTC(2018, 0, 1);
const WHOLE_RANGE = ['0', String(2n ** 128n - 1n)] as const;

function quake(n: number, hour: number): LogRecord {
  const time = DAY_START + hour * HOUR;
  const value = {
    id: `q${n}`,
    time,
    updated: time,
    mag: 2,
    place: 'here',
    depth: 10,
    net: 'ci',
    type: 'earthquake',
  };
  const data = Buffer.from(JSON.stringify(value));
  return { sequenceNumber: String(n), partitionKey: 'ci', data, arrivalMs: Date.UTC(2026, 0, 1) };
}

function shard(shardId: string, records: readonly LogRecord[], parents: readonly string[] = []): ShardLog {
  return { shardId, parents, isOpen: true, range: WHOLE_RANGE, records };
}

function row(hour: number, quakes: number, changes = 1): ResultRow {
  const windowStart = DAY_START + hour * HOUR;
  const fields = {
    key: 'ci',
    windowStart,
    windowEnd: windowStart + 6 * HOUR,
    quakes,
    largest: 2,
    meanDepth: 10,
  };
  return { sink: 'perNetwork', id: `perNetwork#ci ${hour}`, fields, changes };
}

function late(id: string): ResultRow {
  return { sink: 'late', id, fields: { 'value.id': id }, changes: 1 };
}

/** Two quakes in the first window, one that closes it, and one that comes too late for it. */
const LOG = [quake(1, 0), quake(2, 1), quake(3, 13), quake(4, 2)];

function viewOf(rows: readonly ResultRow[], upTo = '4', logs = [shard('0', LOG)]): CheckView {
  const processed = new Map(logs.map(({ shardId }) => [shardId, upTo]));
  return { logs: { quakes: logs }, processed: { quakes: processed }, rows };
}

describe('results of earthquakes that still come in', () => {
  test('match if there is what the records say, once', () => {
    const check = liveCheck(viewOf([row(0, 2), late('q4')]));

    expect(check).toEqual({
      isExact: true,
      summary: '1 results and 1 late records of 4 records match a plain batch computation, each written once',
      problems: [],
    });
  });

  test('may be behind, and ahead of what is known to be processed', () => {
    const [behind, ahead] = [liveCheck(viewOf([], '2')), liveCheck(viewOf([row(0, 2), late('q4')], '2'))];

    expect([behind.isExact, ahead.isExact]).toEqual([true, true]);
  });

  test.each<[string, readonly ResultRow[], string]>([
    ['missing', [late('q4')], `ci ${DAY_START}: missing`],
    ['counted twice', [row(0, 3), late('q4')], `ci ${DAY_START}: got {`],
    ['written twice', [row(0, 2, 2), late('q4')], `ci ${DAY_START}: written 2 times`],
    ['made up', [row(0, 2), row(6, 1), late('q4')], `ci ${DAY_START + 6 * HOUR}: not expected`],
    ['late and not told', [row(0, 2)], 'late q4: missing'],
    ['told late and are not', [row(0, 2), late('q4'), late('q1')], 'late q1: not expected'],
  ])('differ if some are %s', (_, rows, problem) => {
    const { isExact, problems } = liveCheck(viewOf(rows));

    expect(isExact).toBe(false);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  test('go on from a shard to its child', () => {
    const logs = [shard('0', LOG.slice(0, 2)), shard('1', LOG.slice(2), ['0'])];

    expect(liveCheck(viewOf([row(0, 2), late('q4')], '4', logs)).problems).toEqual([]);
  });
});
