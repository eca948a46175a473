import {
  asOfJoin,
  broadcastJoin,
  dedupe,
  intervalJoin,
  latestJoin,
  tableJoin,
  windowJoin,
  type AsOfPairing,
  type JoinKind,
  type LatestPairing,
  type LeftOf,
  type Pairing,
  type RightOf,
  type Rules,
  type TableOptions,
  type WindowPairing,
} from '../joins/index.ts';
import type { KeyValue, OperatorDefinition, StreamTypeError } from '../model/index.ts';
import { durationMs, type DurationInput } from '../time/index.ts';

/** Nothing, if two keys have one type; else what the compiler says. */
export type SameKey<K, K2> = [K] extends [K2] ? ([K2] extends [K] ? unknown : DifferentKeys) : DifferentKeys;

type DifferentKeys =
  StreamTypeError<'both sides of a join must be keyed by the same type: the same text, number, boolean or list of them'>;

/** Which rows of two streams are partners by their event time. */
export interface JoinWithinOptions<Kind extends JoinKind, L, R, Out> {
  /** Which rows without a partner are results too: of neither side, of the left, of the right, of both. */
  readonly kind: Kind;
  /** How far before a left row its partners may lie, inclusive. Negative: they lie after it. */
  readonly before: DurationInput;
  /** How far after a left row its partners may lie, inclusive. Negative: they lie before it. */
  readonly after: DurationInput;
  /**
   * How far behind the watermark a row may be and still take part. It delays rows that stay alone.
   * @default 0
   */
  readonly grace?: DurationInput;
  /** Makes the result of a pair, or of a row that stays alone. */
  readonly select: (left: LeftOf<Kind, L>, right: RightOf<Kind, R>, pairing: Pairing) => Out;
}

/** Rows of two streams are partners if they lie in the same tumbling window. */
export interface JoinWindowOptions<Kind extends JoinKind, L, R, Out> {
  readonly kind: Kind;
  readonly size: DurationInput;
  /**
   * How long a window waits beyond its end, in event time.
   * @default 0
   */
  readonly grace?: DurationInput;
  readonly select: (left: LeftOf<Kind, L>, right: RightOf<Kind, R>, pairing: WindowPairing) => Out;
}

/** How a stream of changes is read as a table. */
export interface AsTableOptions<R> {
  /**
   * Says that a change takes its row out of the table.
   * @default no change does
   */
  readonly deleted?: (change: R) => boolean;
  /**
   * For how long a version of a row counts after its timestamp, in event time: what bounds the state.
   * @default for ever: the newest version of each key is kept, deletions included
   */
  readonly forgetAfter?: DurationInput;
}

/** How rows look up a table as it was at their own time. */
export interface JoinAsOfOptions<Kind extends 'inner' | 'left', L, R, Out> {
  readonly kind: Kind;
  /** How far behind the watermark a row may be and still find its version. Older rows are late. */
  readonly history: DurationInput;
  /**
   * For how much event time a row waits for the table to be complete as of its time; what is found before that is said to
   * be provisional.
   * @default 0: it doesn't wait
   */
  readonly maxWait?: DurationInput;
  readonly select: (left: L, right: RightOf<Kind, R>, pairing: AsOfPairing) => Out;
}

/** How rows look up a table as it is when they come. */
export interface JoinLatestOptions<Kind extends 'inner' | 'left', L, R, Out> {
  readonly kind: Kind;
  readonly select: (left: L, right: RightOf<Kind, R>, pairing: LatestPairing) => Out;
}

/** How two tables make one. */
export interface JoinTableOptions<Kind extends JoinKind, L, R, Out> {
  readonly kind: Kind;
  readonly select: (left: LeftOf<Kind, L>, right: RightOf<Kind, R>, key: KeyValue) => Out;
}

/** What is made of each value, given a small table that every task has whole. */
export interface JoinRulesOptions<L, R, Out> extends AsTableOptions<R> {
  /** How many rules there may be at most, deleted ones included. One more is refused and goes to the dead letters. */
  readonly maxRules: number;
  /** Any number of results for a value, given all rules as they are when it comes. */
  readonly select: (value: L, rules: Rules<R>) => Iterable<Out>;
}

/** What makes two values of a key the same, and for how long. */
export interface DedupeByOptions<T> {
  readonly by: (value: T) => KeyValue;
  /** How close in event time two of them are duplicates: less than this apart, in either direction. */
  readonly within: DurationInput;
  /**
   * How far behind the watermark a value may be. Older ones are late: what they repeat may be forgotten.
   * @default 0
   */
  readonly grace?: DurationInput;
}

export function joinWithin<Kind extends JoinKind, L, R, Out>({
  before,
  after,
  grace = 0,
  ...rest
}: JoinWithinOptions<Kind, L, R, Out>): OperatorDefinition {
  return intervalJoin({
    ...rest,
    beforeMs: durationMs(before, 'before of an interval join'),
    afterMs: durationMs(after, 'after of an interval join'),
    graceMs: durationMs(grace, 'grace of an interval join'),
  });
}

export function joinWindow<Kind extends JoinKind, L, R, Out>({
  size,
  grace = 0,
  ...rest
}: JoinWindowOptions<Kind, L, R, Out>): OperatorDefinition {
  return windowJoin({
    ...rest,
    sizeMs: durationMs(size, 'size of a window join'),
    graceMs: durationMs(grace, 'grace of a window join'),
  });
}

export function joinAsOf<Kind extends 'inner' | 'left', L, R, Out>(
  table: AsTableOptions<never>,
  { history, maxWait = 0, ...rest }: JoinAsOfOptions<Kind, L, R, Out>,
): OperatorDefinition {
  return asOfJoin({
    ...rest,
    ...tableOptions(table),
    historyMs: durationMs(history, 'history of an as-of join'),
    maxWaitMs: durationMs(maxWait, 'maxWait of an as-of join'),
  });
}

export function joinLatest<Kind extends 'inner' | 'left', L, R, Out>(
  table: AsTableOptions<never>,
  options: JoinLatestOptions<Kind, L, R, Out>,
): OperatorDefinition {
  return latestJoin({ ...options, ...tableOptions(table) });
}

export function joinTables<Kind extends JoinKind, L, R, Out>(
  left: AsTableOptions<never>,
  right: AsTableOptions<never>,
  options: JoinTableOptions<Kind, L, R, Out>,
): OperatorDefinition {
  return tableJoin({ ...options, left: tableOptions(left), right: tableOptions(right) });
}

export function joinRules<L, R, Out>({
  maxRules,
  select,
  ...table
}: JoinRulesOptions<L, R, Out>): OperatorDefinition {
  return broadcastJoin({ maxRules, select, ...tableOptions(table) });
}

export function dedupeBy<T>({ within, grace = 0, by }: DedupeByOptions<T>): OperatorDefinition {
  return dedupe({
    by,
    withinMs: durationMs(within, 'within of a dedupe'),
    graceMs: durationMs(grace, 'grace of a dedupe'),
  });
}

/** A table holds its options for whatever its rows are; who joins it knows. */
function tableOptions<R>({ deleted, forgetAfter }: AsTableOptions<never>): TableOptions<R> {
  return {
    ...(deleted !== undefined && { deleted: deleted as (change: R) => boolean }),
    ...(forgetAfter !== undefined && { ttlMs: durationMs(forgetAfter, 'forgetAfter of a table') }),
  };
}
