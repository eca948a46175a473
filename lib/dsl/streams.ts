import type { AnyAggregator } from '../aggregators/index.ts';
import { DUPLICATES, SUPERSEDED, type JoinKind } from '../joins/index.ts';
import type { KeyValue, Late, StreamTypeError } from '../model/index.ts';
import {
  patternMatch,
  TIMED_OUT,
  type BoundedPattern,
  type Captured,
  type MatchOptions,
  type PatternStart,
  type TimedOut,
} from '../patterns/index.ts';
import {
  keyedProcess,
  type None,
  type OutputSpecs,
  type OutputValues,
  type ProcessSpec,
  type StateSpecs,
  type TimerSpecs,
} from '../process/index.ts';
import {
  isUpdating,
  policyOf,
  type CountSpec,
  type FinalOptions,
  type WindowOptions,
  type WindowSpec,
} from '../windows/index.ts';
import type {
  AggregateOptions,
  RunningOptions,
  RunningResult,
  UpdatingWindowResult,
  WindowResult,
  WithoutReserved,
} from './aggregate-rows.ts';
import {
  aggregatedForEver,
  aggregatedWindows,
  type UpdatingOptionsOf,
  type Windowing,
} from './aggregation.ts';
import {
  dedupeBy,
  joinAsOf,
  joinLatest,
  joinRules,
  joinTables,
  joinWindow,
  joinWithin,
  type AsTableOptions,
  type DedupeByOptions,
  type JoinAsOfOptions,
  type JoinLatestOptions,
  type JoinRulesOptions,
  type JoinTableOptions,
  type JoinWindowOptions,
  type JoinWithinOptions,
  type SameKey,
} from './join-options.ts';
import type { ExternalTable, TableKey } from './external-table.ts';
import { Flow } from './flow.ts';
import { lookupNode, type JoinLookupOptions } from './join-lookup.ts';
import type { MissPolicy } from './lookup-policy.ts';
import {
  filterNode,
  flatMapNode,
  keyNode,
  lateNode,
  mapNode,
  operatorNode,
  sideNode,
} from './node-builders.ts';
import type { Node, OperatorNode } from './nodes.ts';
import { Updating } from './updating.ts';

type NoKey = 'windows and state belong to keys: call keyBy(…) or byPartitionKey() first';

/** A stream without a key: the records of a source, or what a window was too late for. */
export class Stream<T> extends Flow<T> {
  declare readonly window: StreamTypeError<NoKey>;
  declare readonly aggregate: StreamTypeError<NoKey>;
  declare readonly process: StreamTypeError<NoKey>;
  declare readonly match: StreamTypeError<NoKey>;

  /** One value out for each value in. An exception sends the value to the dead letters. */
  map<U>(apply: (value: T) => U): Stream<U> {
    return new Stream(mapNode(this.node, apply));
  }

  /** Keeps the values that are what `keep` tells, as such. */
  filter<U extends T>(keep: (value: T) => value is U): Stream<U>;
  /** Keeps the values for which `keep` answers true. */
  filter(keep: (value: T) => boolean): Stream<T>;
  filter(keep: (value: T) => boolean): Stream<T> {
    return new Stream(filterNode(this.node, keep));
  }

  /** Any number of values out for each value in, with the timestamp of that value. */
  flatMap<U>(expand: (value: T) => Iterable<U>): Stream<U> {
    return new Stream(flatMapNode(this.node, expand));
  }

  /** Keys each record by the partition key its producer chose: no shuffle, state stays with the shard. */
  byPartitionKey(): KeyedStream<string, T> {
    return new KeyedStream({ kind: 'by-partition-key', input: this.node });
  }

  /**
   * Keys each value by what `keyOf` reads from it. Where state is needed, all values of a key meet in one place: they are
   * sent there through a stream of the pipeline's own.
   */
  keyBy<K extends KeyValue>(keyOf: (value: T) => K): KeyedStream<K, T> {
    return new KeyedStream(keyNode(this.node, keyOf));
  }

  /**
   * Joins each value with the row a table outside holds for it. The table is read before a batch is applied, each key once;
   * values of one batch get one answer. The stage then journals every batch before anything of it is delivered, as the
   * table may say something else when it is asked again.
   * @param id names the step in plans and dead letters
   */
  joinLookup<TK extends TableKey, V, Miss extends MissPolicy, Out>(
    id: string,
    table: ExternalTable<TK, V>,
    options: JoinLookupOptions<T, TK, V, Miss, Out>,
  ): Stream<Out> {
    return new Stream(lookupNode(id, this.node, table, options));
  }

  /** The values of this stream and another, as one. */
  merge<U>(other: Stream<U>): Stream<T | U> {
    return new Stream({ kind: 'merge', inputs: [this.node, other.node] });
  }

  /** Divides the stream: a stream for each condition, with the values for which it answers true. */
  branch<const Conditions extends Readonly<Record<string, (value: T) => boolean>>>(
    conditions: Conditions,
  ): { readonly [Name in keyof Conditions]: Stream<Guarded<T, Conditions[Name]>> } {
    const branches = Object.entries(conditions).map(([name, keep]) => [
      name,
      new Stream(filterNode(this.node, keep)),
    ]);
    // A stream for each condition, by its name.
    return Object.fromEntries(branches) as {
      readonly [Name in keyof Conditions]: Stream<Guarded<T, Conditions[Name]>>;
    };
  }

  /** Hands the stream to a function, so that steps can be shared between pipelines. */
  through<U>(build: (stream: this) => U): U {
    return build(this);
  }
}

/** What a condition lets pass: what it guards, or everything of the stream's type. */
// A predicate's type can only be inferred from a parameter that takes anything.
// oxlint-disable-next-line typescript/no-explicit-any
type Guarded<T, Condition> = Condition extends (value: any) => value is infer U ? U : T;

/** A stream whose values belong to keys: what windows and state need. */
export class KeyedStream<K extends KeyValue, T> extends Flow<T> {
  declare protected readonly '~key': K;

  /** One value out for each value in, under the same key. */
  map<U>(apply: (value: T) => U): KeyedStream<K, U> {
    return new KeyedStream(mapNode(this.node, apply));
  }

  /** Keeps the values that are what `keep` tells, as such. */
  filter<U extends T>(keep: (value: T) => value is U): KeyedStream<K, U>;
  /** Keeps the values for which `keep` answers true. */
  filter(keep: (value: T) => boolean): KeyedStream<K, T>;
  filter(keep: (value: T) => boolean): KeyedStream<K, T> {
    return new KeyedStream(filterNode(this.node, keep));
  }

  /** Any number of values out for each value in, under the same key. They are no longer one row per window. */
  flatMap<U>(expand: (value: T) => Iterable<U>): KeyedStream<K, U> {
    return new KeyedStream(flatMapNode(this.node, expand));
  }

  /** Gives each value another key. */
  keyBy<K2 extends KeyValue>(keyOf: (value: T) => K2): KeyedStream<K2, T> {
    return new KeyedStream(keyNode(this.node, keyOf));
  }

  /**
   * Joins each value with the row a table outside holds for it. The table is read before a batch is applied, each key once;
   * values of one batch get one answer. The stage then journals every batch before anything of it is delivered, as the
   * table may say something else when it is asked again.
   * @param id names the step in plans and dead letters
   */
  joinLookup<TK extends TableKey, V, Miss extends MissPolicy, Out>(
    id: string,
    table: ExternalTable<TK, V>,
    options: JoinLookupOptions<T, TK, V, Miss, Out>,
  ): KeyedStream<K, Out> {
    return new KeyedStream(lookupNode(id, this.node, table, options));
  }

  /** The values of this stream and another with keys of the same type, as one. */
  merge<U>(other: KeyedStream<K, U>): KeyedStream<K, T | U> {
    return new KeyedStream({ kind: 'merge', inputs: [this.node, other.node] });
  }

  /**
   * Cuts each key's values into windows, each with one result, when it closes.
   * @throws DefinitionError if an option makes no sense
   */
  window(spec: Exclude<WindowSpec, CountSpec>, options?: FinalOptions): WindowedStream<K, T>;
  /** Cuts each key's values into windows of so many, in the order of the log, each with one result. */
  window(spec: CountSpec): WindowedStream<K, T>;
  /**
   * Cuts each key's values into windows whose results are emitted before they are complete, or corrected after: they are
   * updates, each of which takes the place of the one before it.
   * @throws DefinitionError if an option makes no sense, or doesn't go with the kind of window
   */
  window<Spec extends WindowSpec>(spec: Spec, options: UpdatingOptionsOf<Spec>): UpdatingWindowedStream<K, T>;
  window(
    spec: WindowSpec,
    options: WindowOptions | StreamTypeError<string> = {},
  ): WindowedStream<K, T> | UpdatingWindowedStream<K, T> {
    // An error is a sentence for the compiler: no value has its type.
    const policy = policyOf(spec, options as WindowOptions);
    const windows = { input: this.node, spec, policy };
    return isUpdating(policy) ? new UpdatingWindowedStream(windows) : new WindowedStream(windows);
  }

  /**
   * Aggregates everything each key ever has, without windows: running totals, the latest state of things. A row for each
   * key is updated as values come.
   * @param id ties the state to this step; keep it when the pipeline changes
   * @throws DefinitionError if there is no aggregate, or one takes a name that every row has already
   */
  aggregate<const Spec extends Readonly<Record<string, AnyAggregator<T>>>>(
    id: string,
    aggregates: Spec & WithoutReserved<Spec>,
    options: RunningOptions = {},
  ): UpdatingResults<K, T, RunningResult<K, Spec>> {
    return new UpdatingResults(aggregatedForEver(id, this.node, aggregates, options));
  }

  /**
   * Runs your own code for each value of a key, with state, timers and outputs of its own. What the callbacks return or
   * yield are the results.
   * @param id ties the state to this step; keep it when the pipeline changes
   * @throws DefinitionError if the declarations make no sense
   */
  process<
    S extends StateSpecs = None,
    Tm extends TimerSpecs = None,
    O extends OutputSpecs = None,
    FromEvent = never,
    FromTimer = never,
  >(
    id: string,
    spec: ProcessSpec<K, T, S, Tm, O, FromEvent, FromTimer>,
  ): ProcessResults<K, T, FromEvent | FromTimer, O> {
    const node = operatorNode(id, [this.node], keyedProcess(spec));
    return new ProcessResults(node, Object.keys(spec.outputs ?? {}));
  }

  /**
   * Looks for a pattern in each key's events, in the order of event time, and emits what `select` makes of each match.
   * @param id ties the state to this step; keep it when the pipeline changes
   * @throws DefinitionError if the pattern makes no sense
   *
   * @example
   * cards.keyBy((use) => use.card).match('probe-then-spend', (pattern) =>
   *   pattern
   *     .begin('probe', (use) => use.amount < 1)
   *     .followedBy('spend', (use, { probe }) => use.amount > 100 && use.shop !== probe.shop)
   *     .within('10 minutes'),
   *   ({ probe, spend }, card) => ({ card, probed: probe.shop, spent: spend.amount }),
   * );
   */
  match<Caps, Out>(
    id: string,
    build: (pattern: PatternStart<T>) => BoundedPattern<T, Caps>,
    select: (match: Captured<Caps>, key: K) => Out,
    options: MatchOptions = {},
  ): MatchResults<K, T, Caps, Out> {
    return new MatchResults(operatorNode(id, [this.node], patternMatch(build, select, options)));
  }

  /**
   * Lets the first of each value through and forgets it after a time; the others go to `duplicates`.
   * @param id ties the state to this step; keep it when the pipeline changes
   */
  dedupe(id: string, options: DedupeByOptions<T>): DedupeResults<K, T> {
    return new DedupeResults(operatorNode(id, [this.node], dedupeBy(options)));
  }

  /**
   * Joins rows of two streams that have one key and lie close to each other in event time:
   * `left - before <= right <= left + after`, both ends included. A pair is emitted as soon as both rows are there; a row
   * that stays alone, where the kind wants it, once, when no partner can come any more.
   * @param id ties the state to this step; keep it when the pipeline changes
   * @throws DefinitionError if the bounds hold no instant
   */
  joinWithin<K2 extends KeyValue, R, Kind extends JoinKind, Out>(
    id: string,
    other: KeyedStream<K2, R> & SameKey<K, K2>,
    options: JoinWithinOptions<Kind, T, R, Out>,
  ): JoinResults<K, T | R, Out> {
    return new JoinResults(operatorNode(id, [this.node, nodeOf(other)], joinWithin(options)));
  }

  /**
   * Joins all rows of two streams that have one key and lie in the same tumbling window.
   * @param id ties the state to this step; keep it when the pipeline changes
   */
  joinWindow<K2 extends KeyValue, R, Kind extends JoinKind, Out>(
    id: string,
    other: KeyedStream<K2, R> & SameKey<K, K2>,
    options: JoinWindowOptions<Kind, T, R, Out>,
  ): JoinResults<K, T | R, Out> {
    return new JoinResults(operatorNode(id, [this.node, nodeOf(other)], joinWindow(options)));
  }

  /**
   * Joins each row with what a table held for its key at the row's own time: as far as that has come when the row goes on,
   * which is at once unless `maxWait` says otherwise.
   * @param id ties the state to this step; keep it when the pipeline changes
   */
  joinAsOf<K2 extends KeyValue, R, Kind extends 'inner' | 'left', Out>(
    id: string,
    table: Table<K2, R> & SameKey<K, K2>,
    options: JoinAsOfOptions<Kind, T, R, Out>,
  ): TableLookupResults<K, T, R, Out> {
    const { node, options: declared } = asTable(table);
    return new TableLookupResults(operatorNode(id, [this.node, node], joinAsOf(declared, options)));
  }

  /**
   * Joins each row with what a table holds for its key when the row comes, which depends on the order of the log.
   * @param id ties the state to this step; keep it when the pipeline changes
   */
  joinLatest<K2 extends KeyValue, R, Kind extends 'inner' | 'left', Out>(
    id: string,
    table: Table<K2, R> & SameKey<K, K2>,
    options: JoinLatestOptions<Kind, T, R, Out>,
  ): TableLookupResults<K, T, R, Out> {
    const { node, options: declared } = asTable(table);
    return new TableLookupResults(operatorNode(id, [this.node, node], joinLatest(declared, options)));
  }

  /**
   * Gives each value all rows of a small table, of which every task has a copy: rules, limits, flags.
   * @param id ties the state to this step; keep it when the pipeline changes
   */
  joinRules<R, Out>(
    id: string,
    rules: KeyedStream<KeyValue, R>,
    options: JoinRulesOptions<T, R, Out>,
  ): TableLookupResults<K, T, R, Out> {
    const definition = joinRules(options);
    return new TableLookupResults(operatorNode(id, [this.node, rules.node], definition));
  }

  /** Reads the stream as changes of a table: the newest value of a key, by event time, is its row. */
  asTable(options: AsTableOptions<T> = {}): Table<K, T> {
    return new Table(this.node, options);
  }

  /** Hands the stream to a function, so that steps can be shared between pipelines. */
  through<U>(build: (stream: this) => U): U {
    return build(this);
  }
}

/** A keyed stream cut into windows, ready to be aggregated. */
export class WindowedStream<K extends KeyValue, T> {
  readonly #windows: Windowing;

  constructor(windows: Windowing) {
    this.#windows = windows;
  }

  /**
   * Folds each key's values in each window into one row, and emits it once, when the window closes: when no event
   * before its end (+ grace) is expected any more. A window without values has no row.
   * @param id ties the state to this step; keep it when the pipeline changes
   * @throws DefinitionError if there is no aggregate, or one takes a name that every row has already
   */
  aggregate<const Spec extends Readonly<Record<string, AnyAggregator<T>>>>(
    id: string,
    aggregates: Spec & WithoutReserved<Spec>,
    options: AggregateOptions = {},
  ): WindowResults<K, T, WindowResult<K, Spec>> {
    return new WindowResults(aggregatedWindows(id, this.#windows, aggregates, options));
  }
}

/** A keyed stream cut into windows that speak before they are complete, or are corrected after. */
export class UpdatingWindowedStream<K extends KeyValue, T> {
  readonly #windows: Windowing;

  constructor(windows: Windowing) {
    this.#windows = windows;
  }

  /**
   * Folds each key's values in each window into one row, and emits it as often as the options say. Each row takes the
   * place of the one before it in the results table.
   * @param id ties the state to this step; keep it when the pipeline changes
   * @throws DefinitionError if there is no aggregate, or one takes a name that every row has already
   */
  aggregate<const Spec extends Readonly<Record<string, AnyAggregator<T>>>>(
    id: string,
    aggregates: Spec & WithoutReserved<Spec>,
    options: AggregateOptions = {},
  ): UpdatingResults<K, T, UpdatingWindowResult<K, Spec>> {
    return new UpdatingResults(aggregatedWindows(id, this.#windows, aggregates, options));
  }
}

/** The rows of a step that goes by event time, and beside them what came too late for it. */
export class KeyedResults<K extends KeyValue, In, Row> extends KeyedStream<K, Row> {
  /**
   * What the step could not take any more: the value, by how much it missed, and why. Where no output takes it, it goes to
   * the dead letters; it is never lost.
   */
  readonly late: Stream<Late<In>>;

  constructor(node: OperatorNode) {
    super(node);
    this.late = new Stream(lateNode(node));
  }
}

/** The rows of a window; those beside them are late for it. */
export class WindowResults<K extends KeyValue, T, Row> extends KeyedResults<K, T, Row> {}

/** The changing rows of a window or a running aggregate, and beside them what came too late for it. */
export class UpdatingResults<K extends KeyValue, T, Row> extends Updating<K, Row> {
  /**
   * What could not be counted: the value, by how much it missed, and why. Where no output takes it, it goes to the
   * dead letters; it is never lost.
   */
  readonly late: Stream<Late<T>>;

  constructor(node: OperatorNode) {
    super(node);
    this.late = new Stream(lateNode(node));
  }
}

/** The rows of a join; those beside them came too late to take part, whichever side they are of. */
export class JoinResults<K extends KeyValue, In, Row> extends KeyedResults<K, In, Row> {}

/** Rows joined with a table. */
export class TableLookupResults<K extends KeyValue, L, R, Row> extends JoinResults<K, L | R, Row> {
  /** Versions of the table's rows that came after a newer one. */
  readonly superseded: Stream<R>;

  constructor(node: OperatorNode) {
    super(node);
    this.superseded = new Stream(sideNode(node, SUPERSEDED));
  }
}

/** The first of each value, and beside it the others. */
export class DedupeResults<K extends KeyValue, T> extends KeyedResults<K, T, T> {
  /** Values that were let through before, less than `within` away in event time. */
  readonly duplicates: Stream<T>;

  constructor(node: OperatorNode) {
    super(node);
    this.duplicates = new Stream(sideNode(node, DUPLICATES));
  }
}

/** What a pattern's matches give, and beside them what came to nothing. */
export class MatchResults<K extends KeyValue, T, Caps, Out> extends KeyedResults<K, T, Out> {
  /** Partial matches whose time is over, with what they had taken. */
  readonly timedOut: Stream<TimedOut<K, Caps>>;

  constructor(node: OperatorNode) {
    super(node);
    this.timedOut = new Stream(sideNode(node, TIMED_OUT));
  }
}

/** What a process function gives: its results, its further outputs by name, and what came too late for it. */
export class ProcessResults<K extends KeyValue, T, Out, O> extends KeyedResults<K, T, Out> {
  /** What was put out by `emit`, by the names the outputs were declared with. */
  readonly outputs: { readonly [Name in keyof O]: Stream<OutputValues<O>[Name]> };

  constructor(node: OperatorNode, names: readonly string[]) {
    super(node);
    const outputs = names.map((name) => [name, new Stream(sideNode(node, name))]);
    // A stream for each declared output, by its name.
    this.outputs = Object.fromEntries(outputs) as typeof this.outputs;
  }
}

/** A table: for each key the newest value of a stream of changes. */
export class Table<K extends KeyValue, V> {
  declare protected readonly '~key': K;
  declare protected readonly '~value': V;
  readonly node: Node;
  readonly options: AsTableOptions<never>;

  constructor(node: Node, options: AsTableOptions<V>) {
    this.node = node;
    this.options = options;
  }

  /**
   * Joins two tables on their key. A change on either side updates the row, or takes it back.
   * @param id ties the state to this step; keep it when the pipeline changes
   */
  join<K2 extends KeyValue, R, Kind extends JoinKind, Out>(
    id: string,
    other: Table<K2, R> & SameKey<K, K2>,
    options: JoinTableOptions<Kind, V, R, Out>,
  ): UpdatingResults<K, V | R, Out> {
    const { node, options: declared } = asTable(other);
    return new UpdatingResults(
      operatorNode(id, [this.node, node], joinTables(this.options, declared, options)),
    );
  }
}

// `SameKey` adds nothing to a stream or a table of the right key, and no other compiles.

function nodeOf(stream: { readonly node: Node }): Node {
  return stream.node;
}

interface AnyTable {
  readonly node: Node;
  readonly options: AsTableOptions<never>;
}

function asTable(table: AnyTable): AnyTable {
  return table;
}
