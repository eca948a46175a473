import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { windowJoin, type JoinKind } from '../../lib/joins/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';
import { holds } from '../support/properties.ts';
import { asBag, judged, rows, SteppedHarness, watermarkAfter, type Row } from './rows.ts';

interface Windows {
  readonly kind: JoinKind;
  readonly sizeMs: number;
  readonly graceMs: number;
}

const joined = (options: Windows) =>
  windowJoin({ ...options, select: (left: unknown, right: unknown) => [left, right] });

const LEFT = 0;
const RIGHT = 1;

test('rows of one window meet, and say which window it was', () => {
  const it = new OperatorHarness(
    windowJoin({
      kind: 'full',
      sizeMs: 10,
      graceMs: 0,
      select: (left: unknown, right: unknown, { key, timestamp, windowStart, windowEnd }) => ({
        pair: [left, right],
        about: [key, timestamp, windowStart, windowEnd],
      }),
    }),
  );

  it.send({ key: 'a', timestamp: -10, value: 'l' }, LEFT);
  it.send({ key: 'a', timestamp: -1, value: 'r' }, RIGHT);
  it.send({ key: 'a', timestamp: 0, value: 'next' }, RIGHT);
  it.advanceTo(10);

  expect(it.given.map(({ event }) => [event.timestamp, event.value])).toEqual([
    [-1, { pair: ['l', 'r'], about: ['a', -1, -10, 0] }],
    [9, { pair: [undefined, 'next'], about: ['a', 9, 0, 10] }],
  ]);
});

test('a row is late once its window has closed', () => {
  const it = new OperatorHarness(joined({ kind: 'inner', sizeMs: 10, graceMs: 5 }));

  it.send({ key: 'a', timestamp: 14, value: 'l' }, LEFT);
  it.send({ key: 'a', timestamp: 0, value: 'in time' }, RIGHT);
  it.send({ key: 'a', timestamp: 15, value: 'closes it' }, LEFT);
  it.send({ key: 'a', timestamp: 9, value: 'late' }, RIGHT);

  expect(it.late.map(({ value }) => value)).toEqual([
    {
      value: 'late',
      timestamp: 9,
      watermark: 15,
      lateBy: 6,
      reason: 'behind-watermark',
      windowStart: 0,
      windowEnd: 10,
    },
  ]);
});

const windows = fc.record({
  kind: fc.constantFrom<JoinKind>('inner', 'left', 'right', 'full'),
  sizeMs: fc.integer({ min: 1, max: 12 }),
  graceMs: fc.nat(5),
});

/** The join as SQL has it, over rows whose window was open, as far as event time has come. */
function sqlJoin(
  input: readonly Row[],
  outOfOrderMs: number,
  watermark: number,
  options: Windows,
): unknown[] {
  const { kind, sizeMs, graceMs } = options;
  const windowOf = ({ at }: Row): number => Math.floor(at / sizeMs);
  const closesAt = (row: Row): number => (windowOf(row) + 1) * sizeMs + graceMs;
  const accepted = judged(input, outOfOrderMs).filter((row) => row.watermark < closesAt(row));
  const left = accepted.filter(({ input: side }) => side === LEFT);
  const right = accepted.filter(({ input: side }) => side === RIGHT);
  const on = (l: Row, r: Row): boolean => l.key === r.key && windowOf(l) === windowOf(r);
  const isAlone = (row: Row, others: readonly Row[]): boolean =>
    watermark >= closesAt(row) && !others.some((other) => on(row, other));
  return [
    ...left.flatMap((l) => right.filter((r) => on(l, r)).map((r) => [l.id, r.id])),
    ...(kind === 'left' || kind === 'full'
      ? left.filter((l) => isAlone(l, right)).map((l) => [l.id, null])
      : []),
    ...(kind === 'right' || kind === 'full'
      ? right.filter((r) => isAlone(r, left)).map((r) => [null, r.id])
      : []),
  ];
}

test('results are at every moment those of the SQL join, and never late for the next operator', () => {
  holds(
    fc.property(rows, windows, fc.nat(6), (input, options, outOfOrderMs) => {
      const definition = joined(options);
      const it = new SteppedHarness(definition, outOfOrderMs);

      input.forEach((each, index) => {
        it.send(each);

        const sofar = input.slice(0, index + 1);
        const watermark = watermarkAfter(sofar, outOfOrderMs);
        expect(asBag(it.harness.values)).toEqual(asBag(sqlJoin(sofar, outOfOrderMs, watermark, options)));
      });
      it.advanceTo(100);

      expect(asBag(it.harness.values)).toEqual(asBag(sqlJoin(input, outOfOrderMs, 100, options)));
      expect(it.harness.entries).toBe(0);
      expect(it.mostBehind).toBeLessThanOrEqual(definition.delayMs);
    }),
  );
});
