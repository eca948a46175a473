import { positiveDurationMs, type DurationInput } from '../time/index.ts';
import type { Aggregator } from './aggregator.ts';
import type { Maybe } from './countable.ts';
import { insertInOrder, mergeInOrder, timed, type InOrder, type Timed } from './in-order.ts';
import { checkWholeNumber } from './whole-number.ts';

/**
 * By how much a value has changed: the last by event time minus the first. With `per`, per that much event time
 * between the two: for a counter that only grows, its rate. `undefined` for fewer than two values, and with `per` also
 * if no time lies between them.
 */
export function delta<T>(
  of: (value: T) => Maybe<number>,
  { per }: { readonly per?: DurationInput } = {},
): Aggregator<T, Timed<number>, InOrder<number>, number | undefined> {
  const perMs = per === undefined ? undefined : positiveDurationMs(per, 'per of delta');
  return {
    kind: 'delta',
    extract: timed(of),
    init: () => [],
    add: (ends, entry) => {
      insertInOrder(ends, entry);
      return endsOf(ends);
    },
    merge: (ends, others) => endsOf(mergeInOrder(ends, others)),
    result: ([first, last]) => {
      if (first === undefined || last === undefined) return undefined;
      const change = last[1] - first[1];
      if (perMs === undefined) return change;
      const elapsedMs = last[0] - first[0];
      return elapsedMs === 0 ? undefined : (change / elapsedMs) * perMs;
    },
  };
}

/**
 * The value before the latest by event time (among equal times by log order), or `back` values before it. In a trailing
 * window or a running aggregate, where the latest is as a rule the record at hand, that is the previous value of its
 * key. `undefined` if there are not that many.
 * @throws DefinitionError unless `back` is a whole number from 1 to 1000
 */
export function lag<T, V>(
  of: (value: T) => Maybe<V>,
  { back = 1 }: { readonly back?: number } = {},
): Aggregator<T, Timed<V>, InOrder<V>, V | undefined> {
  checkWholeNumber(back, 1, 1_000, 'the number of values lag goes back');
  return {
    kind: `lag(${back})`,
    extract: timed(of),
    init: () => [],
    add: (latest, entry) => {
      insertInOrder(latest, entry);
      return latest.length > back + 1 ? latest.slice(1) : latest;
    },
    merge: (latest, others) => mergeInOrder(latest, others).slice(-back - 1),
    result: (latest) => latest.at(-back - 1)?.[1],
  };
}

function endsOf<V>(entries: InOrder<V>): InOrder<V> {
  return entries.length > 2 ? [...entries.slice(0, 1), ...entries.slice(-1)] : entries;
}
