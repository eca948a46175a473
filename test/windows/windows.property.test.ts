import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cumulate, customWindow, hopping, rollup, session, countOf, trailing, tumbling } from 'millrace';
import type { WindowRange } from '../../lib/model/index.ts';
import { floorMod } from '../../lib/time/index.ts';
import { policyOf, windowAggregate, type WindowOptions, type WindowSpec } from '../../lib/windows/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';
import { holds } from '../support/properties.ts';
import {
  accept,
  eventOf,
  exact,
  nearlyOrdered,
  readings,
  rowOf,
  sensitive,
  sorted,
  type Reading,
} from './naive-windows.ts';

const OUT_OF_ORDER = 7;

function harness(spec: WindowSpec, options: WindowOptions = {}, aggregates: object = exact): OperatorHarness {
  return new OperatorHarness(
    windowAggregate(spec, policyOf(spec, options), aggregates as never),
    OUT_OF_ORDER,
  );
}

/** Every whole number of milliseconds is tried as a start: slow, and hard to get wrong. */
function windowsWhere(
  isStart: (start: number) => boolean,
  sizesMs: readonly number[],
): (timestamp: number) => readonly WindowRange[] {
  return (timestamp) =>
    sizesMs.flatMap((size) => {
      const found: WindowRange[] = [];
      for (let start = timestamp - size + 1; start <= timestamp; start += 1) {
        if (isStart(start)) found.push({ start, end: start + size });
      }
      return found;
    });
}

const multipleOf =
  (period: number, offset = 0) =>
  (start: number): boolean =>
    floorMod(start - offset, period) === 0;

type Model = (timestamp: number) => readonly WindowRange[];

const overlapping: readonly (readonly [string, WindowSpec, Model])[] = [
  ['tumbling', tumbling(10), windowsWhere(multipleOf(10), [10])],
  ['tumbling with an offset', tumbling(10, { offset: 3 }), windowsWhere(multipleOf(10, 3), [10])],
  ['hopping', hopping(20, { every: 5 }), windowsWhere(multipleOf(5), [20])],
  ['hopping whose size is no multiple', hopping(20, { every: 6 }), windowsWhere(multipleOf(6), [20])],
  ['hopping with an offset', hopping(12, { every: 4, offset: 1 }), windowsWhere(multipleOf(4, 1), [12])],
  [
    'cumulate',
    cumulate({ step: 5, max: 20 }),
    (timestamp) =>
      [5, 10, 15, 20]
        .map((size) => ({
          start: timestamp - floorMod(timestamp, 20),
          end: timestamp - floorMod(timestamp, 20) + size,
        }))
        .filter(({ end }) => timestamp < end),
  ],
  [
    'custom',
    customWindow({
      name: 'pairs',
      maxSize: 30,
      assign: (timestamp) =>
        windowsWhere(multipleOf(30), [30])(timestamp).concat(windowsWhere(multipleOf(30), [10])(timestamp)),
    }),
    (timestamp) =>
      windowsWhere(multipleOf(30), [30])(timestamp).concat(windowsWhere(multipleOf(30), [10])(timestamp)),
  ],
];

describe.each(overlapping)('%s windows', (kind, spec, windowsOf) => {
  // A cumulate window speaks at each step, whether or not something was added since.
  const isCumulate = kind === 'cumulate';

  test('hold the readings that came while they were open; the others are late', () => {
    holds(
      fc.property(readings(), fc.integer({ min: 0, max: 5 }), (all, grace) => {
        const it = harness(spec, { grace });

        for (const reading of all) it.send(eventOf(reading));
        it.advanceTo(Infinity);

        const { byWindow, late } = accept(all, windowsOf, { outOfOrder: OUT_OF_ORDER, waits: grace });
        const expected = [...byWindow.values()].map((each) => rowOf(each.key, each.window, each.readings));
        const values = it.values as readonly { windowStart: number; windowEnd: number }[];
        if (!isCumulate) expect(sorted(values)).toEqual(sorted(expected));
        else expect(sorted(values)).toEqual(expect.arrayContaining([...sorted(expected)]));
        expect(it.late.map(({ value }) => value.value)).toEqual(late);
        expect(it.entries).toBe(0);
      }),
    );
  });

  test('give the same results, to the last bit, wherever their state was stored and restored', () => {
    holds(
      fc.property(readings(), fc.func(fc.boolean()), (all, isRestored) => {
        const uninterrupted = harness(spec, {}, sensitive);
        const restored = harness(spec, {}, sensitive);

        all.forEach((reading, index) => {
          uninterrupted.send(eventOf(reading));
          restored.send(eventOf(reading));
          if (isRestored(index)) restored.restore();
        });
        uninterrupted.advanceTo(Infinity);
        restored.advanceTo(Infinity);

        expect(restored.given).toEqual(uninterrupted.given);
        expect(restored.late).toEqual(uninterrupted.late);
      }),
    );
  });

  test.each<[string, WindowOptions]>([
    ['on update', { emit: 'on-update' }],
    ['at intervals', { emit: { every: 3 } }],
    ['after so many', { emit: { afterCount: 3 } }],
    ['late, as corrections', { onLate: 'update', allowedLateness: 9 }],
    ['early and late', { emit: { every: 4 }, onLate: 'update', allowedLateness: 9, grace: 2 }],
  ])('that speak %s end with the rows they would give at the end', (_, options) => {
    holds(
      fc.property(readings(), fc.func(fc.boolean()), (all, isRestored) => {
        const it = harness(spec, options);
        const waits = Number(options.grace ?? 0) + Number(options.allowedLateness ?? 0);

        all.forEach((reading, index) => {
          it.send(eventOf(reading));
          if (isRestored(index)) it.restore();
        });
        it.advanceTo(Infinity);

        const { byWindow, late } = accept(all, windowsOf, { outOfOrder: OUT_OF_ORDER, waits });
        const expected = [...byWindow.values()].map((each) => ({
          ...rowOf(each.key, each.window, each.readings),
          isFinal: true,
        }));
        expect(sorted(lastVersions(it))).toEqual(sorted(expected));
        expect(it.late.map(({ value }) => value.value)).toEqual(late);
        expect(it.entries).toBe(0);
      }),
    );
  });
});

/** What a results table would hold: of each row the last version, unless it was taken back. */
function lastVersions(it: OperatorHarness): readonly unknown[] {
  const rows = new Map<string, unknown>();
  for (const { event } of it.given) {
    const name = JSON.stringify([event.key, event.window?.start, event.row]);
    if (event.change === 'retract') rows.delete(name);
    else rows.set(name, event.value);
  }
  return [...rows.values()];
}

const rolledUp: Model = (timestamp) =>
  [5, 15, 60].flatMap((size) => windowsWhere(multipleOf(size), [size])(timestamp));

describe('a rollup', () => {
  test('gives every size what tumbling windows would, as long as nothing is late for the smaller', () => {
    holds(
      fc.property(nearlyOrdered(OUT_OF_ORDER), fc.func(fc.boolean()), (all, isRestored) => {
        const it = harness(rollup([5, 15, 60]));

        all.forEach((reading, index) => {
          it.send(eventOf(reading));
          if (isRestored(index)) it.restore();
        });
        it.advanceTo(Infinity);

        const { byWindow } = accept(all, rolledUp, { outOfOrder: OUT_OF_ORDER });
        const expected = [...byWindow.values()].map((each) => rowOf(each.key, each.window, each.readings));
        expect(sorted(it.values)).toEqual(sorted(expected));
        expect(it.entries).toBe(0);
      }),
    );
  });

  test('counts what is late for the smaller in the larger', () => {
    holds(
      fc.property(readings(), (all) => {
        const it = harness(rollup([5, 15, 60]));

        for (const reading of all) it.send(eventOf(reading));
        it.advanceTo(Infinity);

        const largest = windowsWhere(multipleOf(60), [60]);
        const { byWindow, late } = accept(all, largest, { outOfOrder: OUT_OF_ORDER });
        const rows = it.values as readonly { windowStart: number; windowEnd: number }[];
        expect(sorted(rows.filter((row) => row.windowEnd - row.windowStart === 60))).toEqual(
          sorted([...byWindow.values()].map((each) => rowOf(each.key, each.window, each.readings))),
        );
        expect(it.late.map(({ value }) => value.value)).toEqual(late);
      }),
    );
  });
});

/** Sorted by time, a reading further than the gap from the one before begins a session. */
function sessionsOf(all: readonly Reading[], gap: number): readonly object[] {
  return ['a', 'b'].flatMap((key) => {
    const sessions: Reading[][] = [];
    for (const reading of all.filter((each) => each.key === key).toSorted((a, b) => a.at - b.at)) {
      const open = sessions.at(-1);
      if (open !== undefined && reading.at - (open.at(-1)?.at ?? 0) <= gap) open.push(reading);
      else sessions.push([reading]);
    }
    return sessions.map((each) =>
      rowOf(key, { start: each[0]?.at ?? 0, end: (each.at(-1)?.at ?? 0) + gap }, each),
    );
  });
}

describe('a session', () => {
  test.each<[string, WindowOptions, boolean]>([
    ['on close', {}, false],
    ['on update', { emit: 'on-update' }, true],
    ['at intervals', { emit: { every: 3 } }, true],
    ['after so many', { emit: { afterCount: 2 } }, true],
    ['with corrections', { onLate: 'update', allowedLateness: 11 }, true],
  ])('holds readings at most a gap apart, whatever order they come in: %s', (_, options, isUpdating) => {
    holds(
      fc.property(
        nearlyOrdered(OUT_OF_ORDER),
        fc.integer({ min: 1, max: 9 }),
        fc.func(fc.boolean()),
        (all, gap, isRestored) => {
          const it = harness(session({ gap }), options);

          all.forEach((reading, index) => {
            it.send(eventOf(reading));
            if (isRestored(index)) it.restore();
          });
          it.advanceTo(Infinity);

          const expected = sessionsOf(all, gap).map((row) => (isUpdating ? { ...row, isFinal: true } : row));
          expect(sorted(lastVersions(it))).toEqual(sorted(expected));
          expect(it.entries).toBe(0);
        },
      ),
    );
  });

  test('is never longer than allowed, and no reading is lost', () => {
    holds(
      fc.property(readings(), fc.integer({ min: 5, max: 20 }), (all, maxDuration) => {
        const it = harness(session({ gap: 5, maxDuration }));

        for (const reading of all) it.send(eventOf(reading));
        it.advanceTo(Infinity);

        const rows = it.values as readonly { windowStart: number; windowEnd: number; count: number }[];
        expect(rows.filter((row) => row.windowEnd - 5 - row.windowStart > maxDuration)).toEqual([]);
        expect(rows.reduce((total, row) => total + row.count, 0) + it.late.length).toBe(all.length);
      }),
    );
  });
});

describe('a trailing window', () => {
  test('holds everything from its size before an instant up to and with it', () => {
    holds(
      fc.property(
        nearlyOrdered(OUT_OF_ORDER),
        fc.integer({ min: 1, max: 30 }),
        fc.func(fc.boolean()),
        (all, size, isRestored) => {
          const it = harness(trailing(size));

          all.forEach((reading, index) => {
            it.send(eventOf(reading));
            if (isRestored(index)) it.restore();
          });
          it.advanceTo(Infinity);

          const instants = new Set(all.map(({ key, at }) => JSON.stringify([key, at])));
          const expected = [...instants].map((name) => {
            const [key, at] = JSON.parse(name) as [string, number];
            const inside = all.filter((each) => each.key === key && at - size <= each.at && each.at <= at);
            return rowOf(key, { start: at - size, end: at + 1 }, inside);
          });
          expect(sorted(it.values)).toEqual(sorted(expected));
          expect(it.late).toEqual([]);
          expect(it.entries).toBe(0);
        },
      ),
    );
  });

  test('gives the same results, to the last bit, wherever its state was stored and restored', () => {
    holds(
      fc.property(readings(), fc.func(fc.boolean()), (all, isRestored) => {
        const uninterrupted = harness(trailing(12), {}, sensitive);
        const restored = harness(trailing(12), {}, sensitive);

        all.forEach((reading, index) => {
          uninterrupted.send(eventOf(reading));
          restored.send(eventOf(reading));
          if (isRestored(index)) restored.restore();
        });

        expect(restored.given).toEqual(uninterrupted.given);
      }),
    );
  });
});

describe('a count window', () => {
  test.each([
    [3, 3],
    [5, 1],
    [6, 4],
    [1, 1],
  ])('of %i every %i holds the last readings of the log', (size, every) => {
    holds(
      fc.property(readings(), fc.func(fc.boolean()), (all, isRestored) => {
        const it = harness(countOf(size, { every }));
        const expected: object[] = [];
        const seen = new Map<string, Reading[]>();

        all.forEach((reading, index) => {
          it.send(eventOf(reading));
          if (isRestored(index)) it.restore();
          const own = [...(seen.get(reading.key) ?? []), reading];
          seen.set(reading.key, own);
          if (own.length % every !== 0) return;
          const inside = own.slice(-size);
          const times = inside.map(({ at }) => at);
          const window = { start: Math.min(...times), end: Math.max(...times) + 1 };
          expected.push(rowOf(reading.key, window, inside));
        });

        expect(it.values).toEqual(expected);
      }),
    );
  });
});
