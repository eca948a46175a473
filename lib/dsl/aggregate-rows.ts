import type { AggregateResults, AggregateSpec, EarlierAggregates } from '../aggregators/index.ts';
import { DefinitionError, type StreamTypeError } from '../model/index.ts';
import type { DurationInput } from '../time/index.ts';
import type { EarlyEmit } from '../windows/index.ts';

type Simplify<T> = { [Name in keyof T]: T[Name] } & {};

/** What an aggregate knows of its own past. */
export interface AggregateOptions {
  /**
   * What the step aggregated in earlier versions whose state may still be stored: `[earlier({ orders: count() })]`.
   * @default none: the code refuses to touch state of other aggregates
   */
  readonly earlier?: readonly EarlierAggregates[];
}

/** When a running aggregate speaks, and when it forgets. */
export interface RunningOptions extends AggregateOptions {
  /** @default 'on-update': after each value */
  readonly emit?: EarlyEmit;
  /**
   * A key that has had no value for so long, in event time, is forgotten and its row taken back: what bounds the state.
   * @default never: there is one entry for each key for ever
   */
  readonly forgetAfter?: DurationInput;
}

/** Attributes every result has already. */
type ReservedName = 'key' | 'windowStart' | 'windowEnd' | 'isFinal' | 'pk' | 'sk';
const RESERVED_NAMES: readonly string[] = [
  'key',
  'windowStart',
  'windowEnd',
  'isFinal',
  'pk',
  'sk',
] satisfies ReservedName[];

const AGGREGATE_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

export type WithoutReserved<Spec> = {
  readonly [Name in keyof Spec &
    ReservedName]: StreamTypeError<`a result is already called "${Name}"; choose another name`>;
};

/** One row: a key, a window, and the aggregates of the key's values in it. */
export type WindowResult<K, Spec> = Simplify<
  { readonly key: K; readonly windowStart: number; readonly windowEnd: number } & AggregateResults<Spec>
>;

/** A row that may be followed by a corrected one; `isFinal` says that it won't be. */
export type UpdatingWindowResult<K, Spec> = Simplify<WindowResult<K, Spec> & { readonly isFinal: boolean }>;

/** What is known of a key so far. */
export type RunningResult<K, Spec> = Simplify<{ readonly key: K } & AggregateResults<Spec>>;

/** The types of values end here: nodes hold what the signatures above have checked. */
export function checkedAggregates(id: string, aggregates: AggregateSpec<never>): AggregateSpec<never> {
  const names = Object.keys(aggregates);
  const refused = names.find((name) => !AGGREGATE_NAME.test(name) || RESERVED_NAMES.includes(name));
  if (names.length > 0 && refused === undefined) return Object.freeze({ ...aggregates });
  const problem = refused === undefined ? 'no aggregate' : `an aggregate called "${refused}"`;
  throw new DefinitionError(
    `window "${id}" has ${problem}; give at least one, under a name of letters, digits and '_' other than ` +
      `${RESERVED_NAMES.join(', ')}, for example { orders: count() }`,
  );
}
