import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { dedupe, DUPLICATES } from '../../lib/joins/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';
import { holds } from '../support/properties.ts';
import { eventOf, judged, rows, type Row } from './rows.ts';

const at = (timestamp: number, value: unknown) => ({ key: 'a', timestamp, value });
const byItself = (withinMs: number, graceMs = 0) =>
  dedupe({ by: (value: string) => value, withinMs, graceMs });

const given = (it: OperatorHarness): unknown[] =>
  it.given.map(({ output, event: { timestamp, value } }) => [output ?? 'first', timestamp, value]);

test('the first goes on, what repeats it goes beside', () => {
  const it = new OperatorHarness(byItself(10), 100);

  it.send(at(0, 'x'));
  it.send(at(9, 'x'));
  it.send(at(9, 'y'));
  it.send({ ...at(9, 'x'), key: 'b' });
  it.send(at(10, 'x'));

  expect(given(it)).toEqual([
    ['first', 0, 'x'],
    [DUPLICATES, 9, 'x'],
    ['first', 9, 'y'],
    ['first', 9, 'x'],
    ['first', 10, 'x'],
  ]);
});

test('the first is the first in the log, even if it is the later', () => {
  const it = new OperatorHarness(byItself(10), 100);

  it.send(at(9, 'x'));
  it.send(at(0, 'x'));
  it.send(at(-1, 'x'));

  expect(given(it)).toEqual([
    ['first', 9, 'x'],
    [DUPLICATES, 0, 'x'],
    ['first', -1, 'x'],
  ]);
});

test('each that was let through counts, not only the last of them', () => {
  const it = new OperatorHarness(byItself(10), 100);

  for (const time of [20, 5, 25, 35]) it.send(at(time, 'x'));

  expect(given(it)).toEqual([
    ['first', 20, 'x'],
    ['first', 5, 'x'],
    [DUPLICATES, 25, 'x'],
    ['first', 35, 'x'],
  ]);
});

test('a value is forgotten when nothing can repeat it any more', () => {
  const it = new OperatorHarness(byItself(10, 5));

  it.send(at(0, 'x'));
  const sizes = [14, 15].map((time) => {
    it.advanceTo(time);
    return it.entries;
  });

  expect(sizes).toEqual([1, 0]);
});

test('a value behind its grace is late, as is one ahead of its arrival', () => {
  const it = new OperatorHarness(byItself(10, 5));

  it.send(at(20, 'x'));
  it.send(at(15, 'in time'));
  it.send(at(14, 'late'));
  it.send({ ...at(9e15, 'ahead'), isAhead: true });

  expect(it.late.map(({ value }) => [value.value, value.reason])).toEqual([
    ['late', 'behind-watermark'],
    ['ahead', 'ahead-of-arrival'],
  ]);
});

test('a value whose part has no key is refused and leaves nothing behind', () => {
  const it = new OperatorHarness(dedupe({ by: () => Number.NaN, withinMs: 10, graceMs: 0 }));

  it.send(at(0, 'x'));

  expect(it.failures).toHaveLength(1);
  expect(it.entries).toBe(0);
});

/** In log order: a duplicate is what lies close to anything that was let through, ever. */
function naive(input: readonly Row[], outOfOrderMs: number, withinMs: number, graceMs: number): unknown[] {
  const firsts: Row[] = [];
  return judged(input, outOfOrderMs)
    .filter((row) => row.at + graceMs >= row.watermark)
    .map((row) => {
      const isDuplicate = firsts.some(
        (first) =>
          first.key === row.key && first.id % 2 === row.id % 2 && Math.abs(first.at - row.at) < withinMs,
      );
      if (!isDuplicate) firsts.push(row);
      return [isDuplicate ? DUPLICATES : 'first', row.at, row.id];
    });
}

test('for any input a bounded memory decides as an unbounded one would', () => {
  holds(
    fc.property(
      rows,
      fc.integer({ min: 1, max: 15 }),
      fc.nat(5),
      fc.nat(6),
      (input, withinMs, graceMs, outOfOrderMs) => {
        const it = new OperatorHarness(
          dedupe({ by: (id: number) => id % 2, withinMs, graceMs }),
          outOfOrderMs,
        );

        for (const each of input) {
          it.send(eventOf(each));
          if (each.restore) it.restore();
        }
        const decisions = given(it);
        it.advanceTo(1000);

        expect(decisions).toEqual(naive(input, outOfOrderMs, withinMs, graceMs));
        expect(it.entries).toBe(0);
      },
    ),
  );
});
