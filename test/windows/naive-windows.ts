import * as fc from 'fast-check';
import { foldOf, type AnyAggregator } from '../../lib/aggregators/index.ts';
import { count, max, min, sum } from 'millrace';
import type { Event, WindowRange } from '../../lib/model/index.ts';

/** What the tests aggregate. */
export interface Reading {
  readonly key: string;
  readonly at: number;
  readonly value: number;
}

/** Adds floats one after another, so that a result tells in which order its parts were put together. */
const roundedSum: AnyAggregator<Reading, number> = {
  kind: 'rounded-sum',
  extract: ({ value }) => value,
  init: () => 0,
  add: (total: number, value: number) => total + value,
  merge: (total: number, other: number) => total + other,
  result: (total: number) => total,
};

export const exact = {
  count: count<Reading>(),
  sum: sum<Reading>(({ value }) => value),
  smallest: min<Reading, number>(({ value }) => value),
  largest: max<Reading, number>(({ value }) => value),
};

export const sensitive = { ...exact, roundedSum };

export function eventOf(reading: Reading): Event {
  return { key: reading.key, timestamp: reading.at, value: reading };
}

/** The row of some readings in a window, computed from scratch. */
export function rowOf(key: string, window: WindowRange, inside: readonly Reading[]): object {
  const fold = foldOf(exact);
  const accumulators = fold.init();
  for (const reading of inside)
    fold.add(accumulators, fold.prepare(accumulators, fold.extract(reading, reading.at)));
  return { key, windowStart: window.start, windowEnd: window.end, ...fold.results(accumulators) };
}

/** Readings with a few keys around the epoch, in any order, many at one instant. */
export function readings(span = 60): fc.Arbitrary<readonly Reading[]> {
  return fc.array(
    fc.record({
      key: fc.constantFrom('a', 'b'),
      at: fc.integer({ min: -span, max: span }),
      // Adding 0 makes -0 of JSON a 0, as storing does.
      value: fc
        .oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1, max: 1, noNaN: true }))
        .map((value) => value + 0),
    }),
    { maxLength: 60 },
  );
}

/** Readings no further out of order than this. */
export function nearlyOrdered(disorder: number, span = 120): fc.Arbitrary<readonly Reading[]> {
  return fc
    .tuple(readings(span), fc.infiniteStream(fc.integer({ min: 0, max: disorder })))
    .map(([all, delays]) =>
      all
        .map((reading) => ({ reading, arrival: reading.at + delays.next().value }))
        .toSorted((a, b) => a.arrival - b.arrival)
        .map(({ reading }) => reading),
    );
}

export interface Accepted {
  /** For each key and window its readings, in the order of the log. */
  readonly byWindow: ReadonlyMap<
    string,
    { readonly key: string; readonly window: WindowRange; readonly readings: Reading[] }
  >;
  readonly late: readonly Reading[];
}

/** Puts each reading into each of its windows that is still open when it comes: the definition, reading by reading. */
export function accept(
  all: readonly Reading[],
  windowsOf: (timestamp: number) => readonly WindowRange[],
  { outOfOrder = 0, waits = 0 }: { readonly outOfOrder?: number; readonly waits?: number },
): Accepted {
  const byWindow = new Map<string, { key: string; window: WindowRange; readings: Reading[] }>();
  const late: Reading[] = [];
  let watermark = Number.NEGATIVE_INFINITY;
  for (const reading of all) {
    const open = windowsOf(reading.at).filter(({ end }) => watermark < end + waits);
    if (open.length === 0) late.push(reading);
    for (const window of open) {
      const name = JSON.stringify([reading.key, window.start, window.end]);
      const found = byWindow.get(name) ?? { key: reading.key, window, readings: [] };
      found.readings.push(reading);
      byWindow.set(name, found);
    }
    watermark = Math.max(watermark, reading.at - outOfOrder);
  }
  return { byWindow, late };
}

/** Rows in an order that doesn't depend on when they were emitted. */
export function sorted(rows: readonly unknown[]): readonly unknown[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}
