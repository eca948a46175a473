import type { AggregateSpec } from './aggregator.ts';

/** What a value means to each aggregator, in order; `undefined` where it doesn't count. */
export type Extracted = readonly unknown[];

/** What is to be added for it. */
export type Prepared = readonly unknown[];

/** Several aggregators folded over the same values in one pass; state is one accumulator for each, in order. */
export interface Fold {
  readonly names: readonly string[];
  /** The same text exactly as long as the accumulators look the same. */
  readonly shape: string;
  /** Whether parts can be merged in any order. */
  readonly isCommutative: boolean;
  init(): unknown[];
  /** The first half of the user code about a value runs here; it may throw. */
  extract(value: unknown, timestamp: number): Extracted;
  /** The other half. It leaves the accumulators as they are, and throws if an aggregate refuses the value. */
  prepare(accumulators: readonly unknown[], extracted: Extracted): Prepared;
  /** Folds in what was prepared for these accumulators; it doesn't throw. */
  add(accumulators: unknown[], prepared: Prepared): void;
  /** Folds others into the first; the others stay as they are. */
  merge(accumulators: unknown[], others: readonly unknown[]): void;
  /** The results by name, beside what the row has already. */
  results(accumulators: readonly unknown[], row?: Record<string, unknown>): Record<string, unknown>;
}

export function foldOf(spec: AggregateSpec<never>): Fold {
  // The fluent layer has checked that the aggregators take the values they will be given.
  const typed = spec as AggregateSpec<unknown>;
  const names = Object.keys(typed);
  const aggregators = Object.values(typed);
  const isRefusing = aggregators.some((aggregator) => 'prepare' in aggregator);
  return {
    names,
    shape: `{ ${aggregators.map(({ kind }, index) => `${names[index]}: ${kind}`).join(', ')} }`,
    isCommutative: aggregators.every((aggregator) => aggregator.isCommutative === true),
    init: () => aggregators.map((aggregator) => aggregator.init() as unknown),
    extract: (value, timestamp) => aggregators.map((aggregator) => aggregator.extract(value, timestamp)),
    prepare: (accumulators, extracted) =>
      isRefusing
        ? extracted.map((each, index) =>
            each === undefined
              ? undefined
              : (aggregators[index]?.prepare?.(accumulators[index], each) ?? each),
          )
        : extracted,
    add(accumulators, prepared) {
      for (let index = 0; index < aggregators.length; index += 1) {
        if (prepared[index] === undefined) continue;
        accumulators[index] = aggregators[index]?.add(accumulators[index], prepared[index]);
      }
    },
    merge(accumulators, others) {
      for (let index = 0; index < aggregators.length; index += 1) {
        accumulators[index] = aggregators[index]?.merge(accumulators[index], others[index]);
      }
    },
    results(accumulators, row = {}) {
      for (let index = 0; index < aggregators.length; index += 1) {
        row[names[index] ?? ''] = aggregators[index]?.result(accumulators[index]);
      }
      return row;
    },
  };
}
