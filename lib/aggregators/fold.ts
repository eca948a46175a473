import type { AggregateSpec } from './aggregator.ts';

/** Several aggregators folded over the same values in one pass; state is one accumulator for each, in order. */
export interface Fold {
  readonly names: readonly string[];
  init(): unknown[];
  /** Folds a value in, whole or not at all: if user code throws, the accumulators are untouched. */
  add(accumulators: unknown[], value: unknown, timestamp: number): void;
  results(accumulators: readonly unknown[]): Record<string, unknown>;
}

export function foldOf(spec: AggregateSpec<unknown>): Fold {
  const names = Object.keys(spec);
  const aggregators = Object.values(spec);
  const extracted: unknown[] = aggregators.map(() => undefined);
  return {
    names,
    init: () => aggregators.map((aggregator) => aggregator.init() as unknown),
    add(accumulators, value, timestamp) {
      aggregators.forEach((aggregator, index) => {
        extracted[index] = aggregator.extract(value, timestamp);
      });
      aggregators.forEach((aggregator, index) => {
        if (extracted[index] === undefined) return;
        accumulators[index] = aggregator.add(accumulators[index], extracted[index]);
      });
    },
    results: (accumulators) =>
      Object.fromEntries(
        aggregators.map((aggregator, index) => [names[index] ?? '', aggregator.result(accumulators[index])]),
      ),
  };
}
