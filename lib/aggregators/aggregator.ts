/**
 * Folds values into one result. Five rules make an aggregate atomic, mergeable and replayable:
 *
 * - `extract` reads the value, and is where user code about it runs; it may throw. `undefined` means: this value
 *   doesn't count.
 * - `prepare`, where there is one, runs once every `extract` of the record has returned. It sees the accumulator but
 *   must leave it as it is, may throw to refuse the value, and returns what `add` is given. So a record is folded in
 *   whole or not at all: nothing is added before everything that can throw has returned.
 * - `add` and `merge` may change and return the accumulator they are given first. They must not throw.
 * - Values are added in log order, and in `merge` what the first accumulator holds comes before what the other holds:
 *   merging equals having added the other's values after the first's. The other stays as it is.
 * - The accumulator holds only what the state codec can write: JSON values, bigint, `undefined`, sets, byte arrays.
 *
 * `kind` names the shape of the accumulator, with every option the shape depends on; state written under another kind
 * is never read.
 */
export interface Aggregator<in In, Extracted, Acc, out Out> {
  readonly kind: string;
  /** Parts of the values, merged in whatever order, give the same result to the last bit. */
  readonly isCommutative?: boolean;
  extract(value: In, timestamp: number): Extracted | undefined;
  init(): Acc;
  prepare?(accumulator: Acc, extracted: Extracted): Extracted;
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
