/**
 * Folds the values of a window into one result. Three rules make a window atomic, mergeable and replayable:
 *
 * - `extract` is the only place where code about the value runs; it may throw, and then nothing of the record is
 *   folded in. `undefined` means: this value doesn't count.
 * - `add` and `merge` may change and return the accumulator they are given first. They must not throw.
 * - The accumulator holds only what the state codec can write: JSON values, bigint, `undefined`, byte arrays.
 *
 * `kind` names the shape of the accumulator; state written under another kind is never read.
 */
export interface Aggregator<in In, Extracted, Acc, out Out> {
  readonly kind: string;
  extract(value: In, timestamp: number): Extracted | undefined;
  init(): Acc;
  add(accumulator: Acc, extracted: Extracted): Acc;
  merge(accumulator: Acc, other: Acc): Acc;
  result(accumulator: Acc): Out;
}

// What the engine holds: the accumulators of different aggregators side by side, each only ever given its own.
// `any` is what lets a record of aggregators with unlike accumulators be inferred.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyAggregator<In, Out = unknown> = Aggregator<In, any, any, Out>;

/** A name for each result of a window, and how it is computed. */
export type AggregateSpec<In> = Readonly<Record<string, AnyAggregator<In>>>;

type ResultOf<A> = A extends AnyAggregator<never, infer Out> ? Out : never;

/** The results of a window by name. */
export type AggregateResults<Spec> = { readonly [Name in keyof Spec]: ResultOf<Spec[Name]> };
