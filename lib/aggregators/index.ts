export type { AggregateResults, AggregateSpec, Aggregator, AnyAggregator } from './aggregator.ts';
export { carriedOver, earlier, type AccumulatorsOf, type EarlierAggregates } from './earlier.ts';
export { foldOf, type Extracted, type Fold } from './fold.ts';
export { avg, count, max, min, sum, type Comparable } from './numeric.ts';
