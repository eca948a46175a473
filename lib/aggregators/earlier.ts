import type { AggregateSpec, AnyAggregator } from './aggregator.ts';
import { foldOf } from './fold.ts';

type AccumulatorOf<A> = A extends { init(): infer Acc } ? Acc : never;

/** The accumulators of some aggregates, by name. */
export type AccumulatorsOf<Spec> = { readonly [Name in keyof Spec]: AccumulatorOf<Spec[Name]> };

/** What a step once aggregated, and how its accumulators become those of today. */
export interface EarlierAggregates {
  readonly aggregates: AggregateSpec<never>;
  readonly migrate: (accumulators: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

/**
 * Says what a step aggregated before it was changed, so that state stored then can still be read. An aggregate of the
 * same name and kind goes on where it was; a new one begins with the records after the change, also in windows that are
 * open then; one that is gone is dropped. Once every shard has taken a checkpoint it can be removed.
 * @param migrate computes accumulators of today from those of then, where carrying them over isn't enough
 */
export function earlier<const Old extends Readonly<Record<string, AnyAggregator<never>>>>(
  aggregates: Old,
  migrate?: (accumulators: AccumulatorsOf<Old>) => Readonly<Record<string, unknown>>,
): EarlierAggregates {
  return {
    aggregates,
    // The names and accumulators are those of `aggregates`, which wrote them.
    migrate: (accumulators) => migrate?.(accumulators as AccumulatorsOf<Old>) ?? {},
  };
}

/** Turns a list of accumulators an earlier version has stored into the list of today. */
export function carriedOver(
  { aggregates: old, migrate }: EarlierAggregates,
  today: AggregateSpec<never>,
): (accumulators: readonly unknown[]) => unknown[] {
  const names = Object.keys(old);
  const fresh = foldOf(today);
  return (accumulators) => {
    const stored = Object.fromEntries(names.map((name, index) => [name, accumulators[index]]));
    const migrated = migrate(stored);
    const begun = fresh.init();
    return Object.entries(today).map(([name, { kind }], index) => {
      if (Object.hasOwn(migrated, name)) return migrated[name];
      return old[name]?.kind === kind ? stored[name] : begun[index];
    });
  };
}
