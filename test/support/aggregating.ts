import { expect } from '@jest/globals';
import * as fc from 'fast-check';
import type { AnyAggregator } from '../../lib/aggregators/index.ts';
import { decode, encode } from '../../lib/model/index.ts';
import { holds } from './properties.ts';

/** A value in a log, and its event time. */
export interface Logged<T> {
  readonly value: T;
  readonly timestamp: number;
}

/** The accumulator after these records; one that is refused is left out, as it would go to the dead letters. */
export function folded<T>(
  aggregator: AnyAggregator<T>,
  log: readonly Logged<T>[],
  from: unknown = aggregator.init(),
): unknown {
  let accumulator = from;
  for (const { value, timestamp } of log) {
    try {
      const extracted: unknown = aggregator.extract(value, timestamp);
      if (extracted === undefined) continue;
      const prepared: unknown = aggregator.prepare?.(accumulator, extracted) ?? extracted;
      accumulator = aggregator.add(accumulator, prepared);
    } catch {
      continue;
    }
  }
  return accumulator;
}

/** What comes of these values, each a second after the one before. */
export function resultOf<T, Out>(aggregator: AnyAggregator<T, Out>, ...values: readonly T[]): Out {
  return resultOfLog(
    aggregator,
    values.map((value, index) => ({ value, timestamp: 1_000 * index })),
  );
}

export function resultOfLog<T, Out>(aggregator: AnyAggregator<T, Out>, log: readonly Logged<T>[]): Out {
  return aggregator.result(folded(aggregator, log));
}

/** Short logs with many ties in event time, out of order. */
export function logsOf<T>(values: fc.Arbitrary<T>): fc.Arbitrary<readonly Logged<T>[]> {
  const timestamp = fc.integer({ min: -5, max: 15 }).map((n) => n * 1_000);
  return fc.array(fc.record({ value: values, timestamp }), { maxLength: 25 });
}

/**
 * Checks against a naive model what every aggregator owes: the right result, whether folded in one go, in parts that
 * are merged in log order, or stored and read back in between; and that neither merging nor reading a result disturbs
 * what it shouldn't.
 */
export function agreesWith<T, Out>(
  aggregator: AnyAggregator<T, Out>,
  logs: fc.Arbitrary<readonly Logged<T>[]>,
  model: (log: readonly Logged<T>[]) => Out,
  { isOrderless = false, digits }: { readonly isOrderless?: boolean; readonly digits?: number } = {},
): void {
  holds(
    fc.property(logs, fc.nat(25), fc.nat(25), fc.nat(), (log, a, b, chance) => {
      const expected = model(log);
      const parts = [
        log.slice(0, Math.min(a, b)),
        log.slice(Math.min(a, b), Math.max(a, b)),
        log.slice(Math.max(a, b)),
      ];
      const [front, middle, back] = parts.map((part) => folded(aggregator, part));
      const others = encode([middle, back]);
      const whole = folded(aggregator, log);
      const wholeBytes = encode(whole);

      const leftFirst = aggregator.merge(aggregator.merge(copy(front), copy(middle)), copy(back));
      const rightFirst = aggregator.merge(copy(front), aggregator.merge(copy(middle), copy(back)));
      const fromNothing = aggregator.merge(
        aggregator.merge(aggregator.merge(aggregator.init(), front), middle),
        back,
      );
      const stored = folded(
        aggregator,
        [...(parts[1] ?? []), ...(parts[2] ?? [])],
        copy(folded(aggregator, parts[0] ?? [])),
      );

      agree(aggregator.result(whole), expected, digits);
      agree(aggregator.result(leftFirst), expected, digits);
      agree(aggregator.result(rightFirst), expected, digits);
      agree(aggregator.result(fromNothing), expected, digits);
      agree(aggregator.result(stored), expected, digits);
      expect(encode([middle, back])).toEqual(others);
      expect(encode(whole)).toEqual(wholeBytes);
      if (isOrderless) agree(resultOfLog(aggregator, shuffled(log, chance)), expected, digits);
    }),
  );
}

/** The same; with `digits`, numbers may differ by rounding. */
function agree(actual: unknown, expected: unknown, digits: number | undefined): void {
  if (digits === undefined) expect(actual).toEqual(expected);
  else if (typeof expected === 'number') expect(actual).toBeCloseTo(expected, digits);
  else if (typeof expected === 'object' && expected !== null) {
    const facts = new Map(Object.entries(actual ?? {}));
    expect([...facts.keys()]).toEqual(Object.keys(expected));
    for (const [name, value] of Object.entries(expected)) agree(facts.get(name), value, digits);
  } else expect(actual).toBe(expected);
}

function copy(accumulator: unknown): unknown {
  return decode(encode(accumulator));
}

function shuffled<T>(values: readonly T[], chance: number): readonly T[] {
  return values
    .map((value, index) => [((index + 1) * (chance + 7919)) % 1009, value] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, value]) => value);
}
