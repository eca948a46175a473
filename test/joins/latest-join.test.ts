import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { latestJoin, SUPERSEDED } from '../../lib/joins/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';
import { holds } from '../support/properties.ts';
import { eventOf, rows, type Row } from './rows.ts';

const ROW = 0;
const CHANGE = 1;
const at = (timestamp: number, value: unknown = timestamp) => ({ key: 'a', timestamp, value });
const isDeletion = (id: unknown): boolean => typeof id === 'number' && id % 4 === 3;

const joined = (kind: 'inner' | 'left', ttlMs?: number) =>
  latestJoin({
    kind,
    deleted: (change: unknown) => change === 'gone' || isDeletion(change),
    ...(ttlMs !== undefined && { ttlMs }),
    select: (left: unknown, right: unknown, { versionTimestamp }) => [left, right, versionTimestamp],
  });

test('a row meets what the table holds, be it newer than the row', () => {
  const it = new OperatorHarness(joined('left'));

  it.send(at(1, 'before'), ROW);
  it.send(at(9, 'v9'), CHANGE);
  it.send(at(2, 'while'), ROW);
  it.send(at(10, 'gone'), CHANGE);
  it.send(at(3, 'after'), ROW);

  expect(it.given).toEqual([
    { output: undefined, event: { key: 'a', timestamp: 1, value: ['before', undefined, undefined] } },
    { output: undefined, event: { key: 'a', timestamp: 2, value: ['while', 'v9', 9] } },
    { output: undefined, event: { key: 'a', timestamp: 3, value: ['after', undefined, undefined] } },
  ]);
});

test('an inner join leaves out what meets nothing', () => {
  const it = new OperatorHarness(joined('inner'));

  it.send(at(1), ROW);

  expect(it.given).toEqual([]);
});

test('a version that was replaced before it came goes beside, and a deletion is not undone by it', () => {
  const it = new OperatorHarness(joined('inner'));
  const old = at(4, 'old');

  it.send(at(5, 'gone'), CHANGE);
  it.send(old, CHANGE);
  it.send(at(6), ROW);

  expect(it.given).toEqual([{ output: SUPERSEDED, event: old }]);
});

test('a version that has outlived its time is gone, and late when it comes', () => {
  const it = new OperatorHarness(joined('left', 10));

  it.send(at(0, 'v0'), CHANGE);
  it.advanceTo(10);
  it.send(at(10, 'row'), ROW);
  it.send(at(0, 'again'), CHANGE);

  expect(it.values).toEqual([['row', undefined, undefined]]);
  expect(it.late.map(({ value }) => value.value)).toEqual(['again']);
  expect(it.entries).toBe(0);
});

const naive = (input: readonly Row[], ttlMs: number): unknown[] =>
  input.flatMap((row, index) => {
    const sofar = input.slice(0, index);
    const watermark = Math.max(...sofar.map(({ at: t }) => t));
    const [newest] = sofar
      .filter(({ input: side, key }) => side === CHANGE && key === row.key)
      .toSorted((a, b) => b.at - a.at || b.id - a.id);
    const found =
      newest === undefined || isDeletion(newest.id) || watermark >= newest.at + ttlMs ? undefined : newest;
    return row.input === CHANGE ? [] : [[row.id, found?.id, found?.at]];
  });

test('for any input a row meets the newest of the versions so far', () => {
  holds(
    fc.property(rows, fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }), (input, ttlMs) => {
      const it = new OperatorHarness(joined('left', ttlMs));

      for (const each of input) {
        it.send(eventOf(each), each.input);
        if (each.restore) it.restore();
      }

      const values = it.given.flatMap(({ output, event }) => (output === undefined ? [event.value] : []));
      expect(values).toEqual(naive(input, ttlMs ?? Infinity));
    }),
  );
});
