import { describe, expect, test } from '@jest/globals';
import { asOfJoin, type AsOfJoinOptions } from '../../lib/joins/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';

type Options = AsOfJoinOptions<'inner' | 'left', unknown, unknown, unknown>;

const joined = (options: Partial<Options> = {}) =>
  asOfJoin({
    kind: 'left',
    historyMs: 10,
    maxWaitMs: 100,
    deleted: (change: unknown) => change === 'gone',
    select: (left: unknown, right: unknown, { isProvisional, versionTimestamp }) => [
      left,
      right,
      versionTimestamp,
      isProvisional,
    ],
    ...options,
  });

const ROW = 0;
const CHANGE = 1;
const at = (timestamp: number, value: unknown = timestamp) => ({ key: 'a', timestamp, value });

describe('a row', () => {
  test('meets the version that is valid at its time, whatever came first', () => {
    const it = new OperatorHarness(joined(), 10);

    it.send(at(5, 'row'), ROW);
    it.send(at(6, 'v6'), CHANGE);
    it.send(at(5, 'v5'), CHANGE);
    it.send(at(1, 'v1'), CHANGE);
    it.advanceTo(6);

    expect(it.given).toEqual([
      { output: undefined, event: { key: 'a', timestamp: 5, value: ['row', 'v5', 5, false] } },
    ]);
  });

  test('meets no version before the first, nor a deleted one', () => {
    const it = new OperatorHarness(joined(), 10);

    it.send(at(3, 'v3'), CHANGE);
    it.send(at(5, 'gone'), CHANGE);
    it.send(at(2, 'before'), ROW);
    it.send(at(4, 'while'), ROW);
    it.send(at(5, 'after'), ROW);
    it.advanceTo(100);

    expect(it.values).toEqual([
      ['before', undefined, undefined, false],
      ['while', 'v3', 3, false],
      ['after', undefined, undefined, false],
    ]);
  });

  test('meets a version for its time to live only', () => {
    const it = new OperatorHarness(joined({ ttlMs: 5, kind: 'inner' }), 10);

    it.send(at(0, 'v0'), CHANGE);
    it.send(at(4, 'inside'), ROW);
    it.send(at(5, 'outside'), ROW);
    it.advanceTo(15);

    expect(it.values).toEqual([['inside', 'v0', 0, false]]);
    expect(it.entries).toBe(0);
  });

  test('is resolved when event time has passed it', () => {
    const it = new OperatorHarness(joined(), 10);

    it.send(at(5), ROW);
    it.advanceTo(5);
    const before = it.values;
    it.advanceTo(6);

    expect(before).toEqual([]);
    expect(it.values).toEqual([[5, undefined, undefined, false]]);
  });

  test('waits no longer than it may, and then says so', () => {
    const it = new OperatorHarness(joined({ maxWaitMs: 3 }), 10);

    it.send(at(10, 'first'), CHANGE);
    it.send(at(10, 'row'), ROW);
    it.advanceTo(2);
    const before = it.values;
    it.advanceTo(3);

    expect(before).toEqual([]);
    expect(it.values).toEqual([['row', 'first', 10, true]]);
  });

  test('goes at once where it may not wait; it is provisional until event time has passed it', () => {
    const it = new OperatorHarness(joined({ maxWaitMs: 0 }));

    it.send(at(5, 'ahead'), ROW);
    it.send(at(5, 'level'), ROW);
    it.send(at(4, 'behind'), ROW);

    expect(it.values).toEqual([
      ['ahead', undefined, undefined, true],
      ['level', undefined, undefined, true],
      ['behind', undefined, undefined, false],
    ]);
  });

  test('still meets a version that is forgotten at that moment', () => {
    const it = new OperatorHarness(joined({ historyMs: 0 }), 10);

    it.send(at(4, 'v4'), CHANGE);
    it.send(at(5, 'row'), ROW);
    it.send(at(6, 'v6'), CHANGE);
    it.advanceTo(6);

    expect(it.values).toEqual([['row', 'v4', 4, false]]);
  });

  test('older than the history is late', () => {
    const it = new OperatorHarness(joined());

    it.advanceTo(20);
    it.send(at(10, 'just in time'), ROW);
    it.send(at(9, 'late'), ROW);

    expect(it.values).toEqual([['just in time', undefined, undefined, false]]);
    expect(it.late.map(({ value }) => value)).toEqual([
      {
        value: 'late',
        timestamp: 9,
        watermark: 20,
        lateBy: 11,
        reason: 'behind-watermark',
        windowStart: 9,
        windowEnd: 10,
      },
    ]);
  });
});

describe('a version', () => {
  test('replaces the one of its instant', () => {
    const it = new OperatorHarness(joined());

    it.send(at(0, 'first'), CHANGE);
    it.send(at(0, 'second'), CHANGE);
    it.send(at(1, 'row'), ROW);
    it.advanceTo(2);

    expect(it.values).toEqual([['row', 'second', 0, false]]);
  });

  test('however old is taken if it is the newest', () => {
    const it = new OperatorHarness(joined());

    it.advanceTo(1000);
    it.send(at(-5000, 'old'), CHANGE);
    it.send(at(1000, 'row'), ROW);
    it.advanceTo(1001);

    expect(it.values).toEqual([['row', 'old', -5000, false]]);
    expect(it.late).toEqual([]);
  });

  test('that no row may ask for any more is late', () => {
    const it = new OperatorHarness(joined());

    it.send(at(0, 'newer'), CHANGE);
    it.advanceTo(10);
    it.send(at(-1, 'older'), CHANGE);

    expect(it.late.map(({ value }) => value.value)).toEqual(['older']);
    expect(it.entries).toBe(1);
  });

  test('is forgotten when it has been replaced for as long as the history', () => {
    const it = new OperatorHarness(joined());

    it.send(at(0), CHANGE);
    it.send(at(1), CHANGE);
    const [before, after] = [10, 11].map((time) => {
      it.advanceTo(time);
      return it.entries;
    });

    expect([before, after]).toEqual([2, 1]);
  });

  test('ahead of its arrival is late', () => {
    const it = new OperatorHarness(joined());

    it.send({ ...at(9e15), isAhead: true }, CHANGE);

    expect(it.late.map(({ value }) => value.reason)).toEqual(['ahead-of-arrival']);
  });
});

test('a select that throws costs its row only', () => {
  const it = new OperatorHarness(
    asOfJoin({
      kind: 'left',
      historyMs: 0,
      maxWaitMs: 10,
      select: (left: unknown) => {
        if (left === 'bad') throw new Error('no');
        return left;
      },
    }),
    5,
  );

  it.send(at(0, 'bad'), ROW);
  it.send(at(0, 'good'), ROW);
  it.advanceTo(1);

  expect(it.values).toEqual(['good']);
  expect(it.failures).toEqual([new Error('no')]);
  expect(it.entries).toBe(0);
});
