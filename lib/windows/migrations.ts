import { carriedOver, foldOf, type AggregateSpec, type EarlierAggregates } from '../aggregators/index.ts';
import type { Migrations } from '../model/index.ts';

/**
 * How entries that earlier aggregates of a step have left are read: wherever accumulators stand in them, those of today
 * take their place.
 * @param shapeOf the shape of the step's state with other accumulators
 */
export function aggregateMigrations(
  earlier: readonly EarlierAggregates[],
  today: AggregateSpec<never>,
  shapeOf: (foldShape: string) => string,
): Migrations {
  return Object.fromEntries(
    earlier.map((each) => {
      const carry = carriedOver(each, today);
      return [shapeOf(foldOf(each.aggregates).shape), (stored: unknown) => replaced(stored, carry)];
    }),
  );
}

function replaced(stored: unknown, carry: (accumulators: readonly unknown[]) => unknown[]): unknown {
  if (Array.isArray(stored)) return stored.map((each: unknown) => replaced(each, carry));
  if (!hasAccumulators(stored)) return stored;
  return { ...stored, accumulators: carry(stored.accumulators) };
}

function hasAccumulators(value: unknown): value is { readonly accumulators: readonly unknown[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'accumulators' in value &&
    Array.isArray(value.accumulators)
  );
}
