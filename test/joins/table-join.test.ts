import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { SUPERSEDED, tableJoin, type JoinKind } from '../../lib/joins/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';
import { holds } from '../support/properties.ts';
import { rows, SteppedHarness, watermarkAfter, type Row } from './rows.ts';

const LEFT = 0;
const RIGHT = 1;
const at = (timestamp: number, value: unknown = timestamp) => ({ key: 'a', timestamp, value });
const isDeletion = (id: unknown): boolean => typeof id === 'number' && id % 4 === 3;
const deleted = (change: unknown): boolean => change === 'gone' || isDeletion(change);

const joined = (kind: JoinKind, ttlMs: { left?: number; right?: number } = {}) =>
  tableJoin({
    kind,
    left: { deleted, ...(ttlMs.left !== undefined && { ttlMs: ttlMs.left }) },
    right: { deleted, ...(ttlMs.right !== undefined && { ttlMs: ttlMs.right }) },
    select: (left: unknown, right: unknown) => {
      if (left === 'bad') throw new Error('no');
      return [left, right];
    },
  });

const changes = (it: OperatorHarness): unknown[] =>
  it.given.map(({ event: { change, timestamp, value } }) => [change, timestamp, value]);

test('each change of a side gives the row anew, a deletion takes it back', () => {
  const it = new OperatorHarness(joined('inner'));

  it.send(at(1, 'l1'), LEFT);
  it.send(at(2, 'r2'), RIGHT);
  it.send(at(3, 'l3'), LEFT);
  it.send(at(4, 'gone'), RIGHT);
  it.send(at(5, 'l5'), LEFT);

  expect(it.given).toEqual([
    { output: undefined, event: { key: 'a', timestamp: 2, value: ['l1', 'r2'], change: 'update' } },
    { output: undefined, event: { key: 'a', timestamp: 3, value: ['l3', 'r2'], change: 'update' } },
    { output: undefined, event: { key: 'a', timestamp: 4, value: ['l3', 'r2'], change: 'retract' } },
  ]);
});

test('a row of a left join loses its partner, then goes', () => {
  const it = new OperatorHarness(joined('left'));

  it.send(at(1, 'r'), RIGHT);
  it.send(at(2, 'l'), LEFT);
  it.send(at(3, 'gone'), RIGHT);
  it.send(at(4, 'gone'), LEFT);

  expect(changes(it)).toEqual([
    ['update', 2, ['l', 'r']],
    ['update', 3, ['l', undefined]],
    ['retract', 4, ['l', undefined]],
  ]);
});

test('a row is taken back when a side outlives its time', () => {
  const it = new OperatorHarness(joined('inner', { right: 10 }));

  it.send(at(1, 'l'), LEFT);
  it.send(at(2, 'r'), RIGHT);
  it.advanceTo(12);

  expect(changes(it)).toEqual([
    ['update', 2, ['l', 'r']],
    ['retract', 12, ['l', 'r']],
  ]);
});

test('a version that was replaced before it came goes beside', () => {
  const it = new OperatorHarness(joined('full'));
  const old = at(4, 'old');

  it.send(at(5, 'new'), LEFT);
  it.send(old, LEFT);

  expect(it.given.slice(1)).toEqual([{ output: SUPERSEDED, event: old }]);
});

test('where select throws, what it made of older versions is taken back', () => {
  const it = new OperatorHarness(joined('left'));

  it.send(at(1, 'good'), LEFT);
  it.send(at(2, 'bad'), LEFT);
  it.send(at(3, 'gone'), LEFT);
  it.send(at(4, 'good again'), LEFT);

  expect(changes(it)).toEqual([
    ['update', 1, ['good', undefined]],
    ['retract', 2, ['good', undefined]],
    ['update', 4, ['good again', undefined]],
  ]);
  expect(it.failures).toEqual([new Error('no')]);
});

/** The rows of one side, as far as the log and event time have come. */
function tableOf(input: readonly Row[], side: number, watermark: number, ttlMs = Infinity): Map<string, Row> {
  const versions = input.filter((row) => row.input === side).toSorted((a, b) => a.at - b.at || a.id - b.id);
  const newest = new Map(versions.map((row) => [row.key, row]));
  return new Map([...newest].filter(([, { id, at: t }]) => !isDeletion(id) && watermark < t + ttlMs));
}

test('for any input what is out is at every moment the SQL join of the two tables', () => {
  const kinds = fc.constantFrom<JoinKind>('inner', 'left', 'right', 'full');
  const ttls = fc.record(
    {
      left: fc.integer({ min: 1, max: 20 }),
      right: fc.integer({ min: 1, max: 20 }),
    },
    { requiredKeys: [] },
  );

  holds(
    fc.property(rows, kinds, ttls, fc.nat(6), (input, kind, ttlMs, outOfOrderMs) => {
      const it = new SteppedHarness(joined(kind, ttlMs), outOfOrderMs);
      const out = new Map<string, unknown>();
      let seen = 0;

      input.forEach((each, index) => {
        it.send(each);

        for (const { output, event } of it.harness.given.slice(seen)) {
          if (output !== undefined) continue;
          if (event.change === 'update') out.set(event.key ?? '', event.value);
          else {
            expect(out.get(event.key ?? '')).toEqual(event.value);
            out.delete(event.key ?? '');
          }
        }
        seen = it.harness.given.length;
        const sofar = input.slice(0, index + 1);
        const watermark = watermarkAfter(sofar, outOfOrderMs);
        const left = tableOf(sofar, LEFT, watermark, ttlMs.left);
        const right = tableOf(sofar, RIGHT, watermark, ttlMs.right);
        const expected = ['a', 'b'].flatMap((key): [string, unknown][] => {
          const [l, r] = [left.get(key)?.id, right.get(key)?.id];
          const isWanted =
            (l !== undefined && r !== undefined) ||
            (l !== undefined && (kind === 'left' || kind === 'full')) ||
            (r !== undefined && (kind === 'right' || kind === 'full'));
          return isWanted ? [[key, [l, r]]] : [];
        });
        expect(Object.fromEntries(out)).toEqual(Object.fromEntries(expected));
      });
    }),
  );
});
