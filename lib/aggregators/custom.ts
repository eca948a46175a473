import type { Aggregator } from './aggregator.ts';

/** How `reduce` folds values into one: a beginning, a step, and the union of two parts. */
export interface ReduceOptions<T, A> {
  /** The accumulator of no value. */
  readonly init: () => A;
  /** Returns the next accumulator and leaves the one it was given as it is. */
  readonly add: (accumulator: A, value: T, timestamp: number) => A;
  /** What the accumulator would be, had the values of `other` been added after those of `accumulator`. */
  readonly merge: (accumulator: A, other: A) => A;
  /**
   * Whether neither the order of the values nor that of merges matters, and `add` takes every value whatever came before
   * it. Then a pipeline that combines may fold values before they are sent to where they meet.
   * @default false
   */
  readonly isCommutative?: boolean;
}

/** How `custom` folds values into an accumulator of its own, and what it makes of that. */
export interface CustomOptions<T, A, Out> extends ReduceOptions<T, A> {
  /** Names the accumulator's shape. State written under another name is never read: change it with the shape. */
  readonly kind: string;
  /** What the accumulator says. Called for each result; the accumulator goes on. */
  readonly result: (accumulator: A) => Out;
}

type Step<A> = (accumulator: A) => A;

/**
 * An aggregate of your own whose accumulator is its result. Accumulators are values: `add` and `merge` return a new
 * one. One that is changed in place throws, as accumulators are frozen, so a record on which `add` throws has changed
 * nothing and goes to the dead letters. Use `custom` where the accumulator's shape may change one day.
 */
export function reduce<T, A>(options: ReduceOptions<T, A>): Aggregator<T, Step<A>, A, A> {
  return userAggregator('reduce', options, (accumulator) => accumulator);
}

/** As `reduce`, with a result computed from the accumulator and a name for the accumulator's shape. */
export function custom<T, A, Out>(options: CustomOptions<T, A, Out>): Aggregator<T, Step<A>, A, Out> {
  return userAggregator(`custom(${options.kind})`, options, options.result);
}

function userAggregator<T, A, Out>(
  kind: string,
  { init, add, merge, isCommutative = false }: ReduceOptions<T, A>,
  result: (accumulator: A) => Out,
): Aggregator<T, Step<A>, A, Out> {
  return {
    kind,
    isCommutative,
    extract: (value, timestamp) => (accumulator) => add(frozen(accumulator), value, timestamp),
    init,
    prepare: (accumulator, step) => {
      const next = step(accumulator);
      return () => next;
    },
    add: (accumulator, step) => step(accumulator),
    merge: (accumulator, other) => merge(frozen(accumulator), frozen(other)),
    result: (accumulator) => result(frozen(accumulator)),
  };
}

/** Freezes what isn't frozen yet. What a step took over from the accumulator before is, so only news is visited. */
function frozen<A>(value: A): A {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) {
    return value;
  }
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
  return value;
}
