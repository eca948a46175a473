import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { intervalJoin, type JoinKind } from '../../lib/joins/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';
import { holds } from '../support/properties.ts';
import { asBag, judged, rows, SteppedHarness, watermarkAfter, type Row } from './rows.ts';

interface Bounds {
  readonly kind: JoinKind;
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly graceMs: number;
}

const joined = (bounds: Bounds) =>
  intervalJoin({
    ...bounds,
    select: (left: unknown, right: unknown) => [left, right],
  });

const LEFT = 0;
const RIGHT = 1;

/** The join as SQL has it, over rows that were not late, as far as event time has come. */
function sqlJoin(input: readonly Row[], outOfOrderMs: number, watermark: number, options: Bounds): unknown[] {
  const { kind, beforeMs, afterMs, graceMs } = options;
  const accepted = judged(input, outOfOrderMs).filter((each) => each.at + graceMs >= each.watermark);
  const left = accepted.filter(({ input: side }) => side === LEFT);
  const right = accepted.filter(({ input: side }) => side === RIGHT);
  const on = (l: Row, r: Row): boolean =>
    l.key === r.key && l.at - beforeMs <= r.at && r.at <= l.at + afterMs;
  const pairs = left.flatMap((l) =>
    right.filter((r) => on(l, r)).map((r) => ({ at: Math.max(l.at, r.at), value: [l.id, r.id] })),
  );
  const leftAlone = left
    .filter((l) => !right.some((r) => on(l, r)) && l.at + afterMs + graceMs < watermark)
    .map((l) => ({ at: l.at, value: [l.id, undefined] }));
  const rightAlone = right
    .filter((r) => !left.some((l) => on(l, r)) && r.at + beforeMs + graceMs < watermark)
    .map((r) => ({ at: r.at, value: [undefined, r.id] }));
  return [
    ...pairs,
    ...(kind === 'left' || kind === 'full' ? leftAlone : []),
    ...(kind === 'right' || kind === 'full' ? rightAlone : []),
  ];
}

const results = (it: OperatorHarness): unknown[] =>
  it.given.map(({ event }) => ({ at: event.timestamp, value: event.value }));

describe('for any input', () => {
  const bounds = fc
    .record({
      kind: fc.constantFrom<JoinKind>('inner', 'left', 'right', 'full'),
      beforeMs: fc.integer({ min: -6, max: 8 }),
      afterMs: fc.integer({ min: -6, max: 8 }),
      graceMs: fc.nat(5),
    })
    .filter(({ beforeMs, afterMs }) => beforeMs + afterMs >= 0);

  test('results are at every moment those of the SQL join', () => {
    holds(
      fc.property(rows, bounds, fc.nat(6), (input, options, outOfOrderMs) => {
        const it = new OperatorHarness(joined(options), outOfOrderMs);

        input.forEach((each, index) => {
          it.send({ key: each.key, timestamp: each.at, value: each.id }, each.input);
          if (each.restore) it.restore();

          const sofar = input.slice(0, index + 1);
          expect(asBag(results(it))).toEqual(
            asBag(sqlJoin(sofar, outOfOrderMs, watermarkAfter(sofar, outOfOrderMs), options)),
          );
        });
        it.advanceTo(1000);

        expect(asBag(results(it))).toEqual(asBag(sqlJoin(input, outOfOrderMs, 1000, options)));
        expect(it.entries).toBe(0);
      }),
    );
  });

  test('results are the same in the same order, wherever the process dies', () => {
    holds(
      fc.property(rows, bounds, fc.nat(6), (input, options, outOfOrderMs) => {
        const [whole, broken] = [true, false].map((isWhole) => {
          const it = new OperatorHarness(joined(options), outOfOrderMs);
          for (const each of input) {
            it.send({ key: each.key, timestamp: each.at, value: each.id }, each.input);
            if (each.restore && !isWhole) it.restore();
          }
          return [it.given, it.late];
        });

        expect(broken).toEqual(whole);
      }),
    );
  });

  test('no result is late for the next operator', () => {
    holds(
      fc.property(rows, bounds, fc.nat(6), (input, options, outOfOrderMs) => {
        const definition = joined(options);
        const it = new SteppedHarness(definition, outOfOrderMs);

        for (const each of input) it.send(each);
        it.advanceTo(100);

        expect(it.mostBehind).toBeLessThanOrEqual(definition.delayMs);
      }),
    );
  });
});
