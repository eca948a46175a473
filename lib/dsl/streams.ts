import type {
  AggregateResults,
  AggregateSpec,
  AnyAggregator,
  EarlierAggregates,
} from '../aggregators/index.ts';
import type { KeyValue, Late, OperatorDefinition, StreamTypeError } from '../model/index.ts';
import { DefinitionError } from '../model/index.ts';
import { positiveDurationMs, type DurationInput } from '../time/index.ts';
import {
  earlyOf,
  isUpdating,
  policyOf,
  runningAggregate,
  windowAggregate,
  type CountSpec,
  type EarlyEmit,
  type FinalOptions,
  type TimeWindowSpec,
  type UpdatingOptions,
  type WindowOptions,
  type WindowPolicy,
  type WindowSpec,
} from '../windows/index.ts';
import { LATE, type Node, type OperatorNode } from './nodes.ts';

type Simplify<T> = { [Name in keyof T]: T[Name] } & {};

/** Anything that carries values of type `T` and can be an output of a pipeline. */
export abstract class Flow<T> {
  declare protected readonly '~value': T;
  readonly node: Node;

  constructor(node: Node) {
    this.node = Object.freeze(node);
  }
}

/** A stream without a key: the records of a source, or what a window was too late for. */
export class Stream<T> extends Flow<T> {
  /** One value out for each value in. An exception sends the value to the dead letters. */
  map<U>(apply: (value: T) => U): Stream<U> {
    return new Stream(mapNode(this.node, apply));
  }

  /** Keeps the values for which `keep` answers true. */
  filter<U extends T>(keep: (value: T) => value is U): Stream<U>;
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

  /** Keeps the values for which `keep` answers true. */
  filter<U extends T>(keep: (value: T) => value is U): KeyedStream<K, U>;
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

  /** The values of this stream and another with keys of the same type, as one. */
  merge<U>(other: KeyedStream<K, U>): KeyedStream<K, T | U> {
    return new KeyedStream({ kind: 'merge', inputs: [this.node, other.node] });
  }

  /**
   * Cuts each key's values into windows. With options by which results are emitted before a window is complete or
   * corrected after it, they are updates: each takes the place of the one before it.
   */
  window(spec: Exclude<WindowSpec, CountSpec>, options?: FinalOptions): WindowedStream<K, T>;
  window(spec: CountSpec): WindowedStream<K, T>;
  window(spec: TimeWindowSpec, options: UpdatingOptions): UpdatingWindowedStream<K, T>;
  window(spec: WindowSpec, options: WindowOptions = {}): WindowedStream<K, T> | UpdatingWindowedStream<K, T> {
    const policy = policyOf(spec, options);
    return isUpdating(policy)
      ? new UpdatingWindowedStream(this.node, spec, policy)
      : new WindowedStream(this.node, spec, policy);
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
    { emit = 'on-update', forgetAfter, earlier: before = [] }: RunningOptions = {},
  ): UpdatingResults<K, T, RunningResult<K, Spec>> {
    const forgetAfterMs =
      forgetAfter === undefined
        ? undefined
        : positiveDurationMs(forgetAfter, 'forgetAfter of a running aggregate');
    const policy = { emit: earlyOf(emit), forgetAfterMs };
    return new UpdatingResults(
      operatorNode(id, [this.node], runningAggregate(policy, checkedAggregates(id, aggregates), before)),
    );
  }

  /** Hands the stream to a function, so that steps can be shared between pipelines. */
  through<U>(build: (stream: this) => U): U {
    return build(this);
  }
}

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

type WithoutReserved<Spec> = {
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

/** A keyed stream cut into windows, ready to be aggregated. */
export class WindowedStream<K extends KeyValue, T> {
  readonly #input: Node;
  readonly #spec: WindowSpec;
  readonly #policy: WindowPolicy;

  constructor(input: Node, spec: WindowSpec, policy: WindowPolicy) {
    this.#input = input;
    this.#spec = spec;
    this.#policy = policy;
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
    { earlier: before = [] }: AggregateOptions = {},
  ): WindowResults<K, T, WindowResult<K, Spec>> {
    const definition = windowAggregate(this.#spec, this.#policy, checkedAggregates(id, aggregates), before);
    return new WindowResults(operatorNode(id, [this.#input], definition));
  }
}

/** A keyed stream cut into windows that speak before they are complete, or are corrected after. */
export class UpdatingWindowedStream<K extends KeyValue, T> {
  readonly #input: Node;
  readonly #spec: WindowSpec;
  readonly #policy: WindowPolicy;

  constructor(input: Node, spec: WindowSpec, policy: WindowPolicy) {
    this.#input = input;
    this.#spec = spec;
    this.#policy = policy;
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
    { earlier: before = [] }: AggregateOptions = {},
  ): UpdatingResults<K, T, UpdatingWindowResult<K, Spec>> {
    const definition = windowAggregate(this.#spec, this.#policy, checkedAggregates(id, aggregates), before);
    return new UpdatingResults(operatorNode(id, [this.#input], definition));
  }
}

/** The rows of a window, and beside them what came too late for it. */
export class WindowResults<K extends KeyValue, T, Row> extends KeyedStream<K, Row> {
  /**
   * What no window could take: the value, by how much it missed, and why. Where no output takes it, it goes to the
   * dead letters; it is never lost.
   */
  readonly late: Stream<Late<T>>;

  constructor(node: OperatorNode) {
    super(node);
    this.late = new Stream(lateNode(node));
  }
}

type NotFinal =
  StreamTypeError<'these rows are updates, each taking the place of the one before: aggregating them would count the same values again. Emit on close to go on with final results'>;

/**
 * Rows that change: each value takes the place of the one before it with the same key and window. They can be mapped,
 * filtered and put out; a row that no longer passes a filter is taken back. They can't be aggregated again.
 */
export class Updating<K extends KeyValue, T> extends Flow<T> {
  declare protected readonly '~key': K;
  declare readonly window: NotFinal;
  declare readonly aggregate: NotFinal;

  /** One row out for each row in. */
  map<U>(apply: (value: T) => U): Updating<K, U> {
    return new Updating(mapNode(this.node, apply));
  }

  /** Keeps the rows for which `keep` answers true; one that no longer does is taken back. */
  filter<U extends T>(keep: (value: T) => value is U): Updating<K, U>;
  filter(keep: (value: T) => boolean): Updating<K, T>;
  filter(keep: (value: T) => boolean): Updating<K, T> {
    return new Updating(filterNode(this.node, keep));
  }

  /** Hands the rows to a function, so that steps can be shared between pipelines. */
  through<U>(build: (rows: this) => U): U {
    return build(this);
  }
}

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

function operatorNode(id: string, inputs: readonly Node[], definition: OperatorDefinition): OperatorNode {
  return { kind: 'operator', id, inputs, definition };
}

function lateNode(input: OperatorNode): Node {
  return { kind: 'side', input, output: LATE };
}

/** The types of values end here: nodes hold what the signatures above have checked. */
function checkedAggregates(id: string, aggregates: AggregateSpec<never>): AggregateSpec<never> {
  const names = Object.keys(aggregates);
  const refused = names.find((name) => !AGGREGATE_NAME.test(name) || RESERVED_NAMES.includes(name));
  if (names.length > 0 && refused === undefined) return Object.freeze({ ...aggregates });
  const problem = refused === undefined ? 'no aggregate' : `an aggregate called "${refused}"`;
  throw new DefinitionError(
    `window "${id}" has ${problem}; give at least one, under a name of letters, digits and '_' other than ` +
      `${RESERVED_NAMES.join(', ')}, for example { orders: count() }`,
  );
}

// Functions about values of one type become functions about `unknown` in these places only.

function keyNode(input: Node, keyOf: (value: never) => KeyValue): Node {
  return { kind: 'key-by', input, keyOf: keyOf as (value: unknown) => unknown };
}

function mapNode(input: Node, apply: (value: never) => unknown): Node {
  return { kind: 'map', input, apply: apply as (value: unknown) => unknown };
}

function filterNode(input: Node, keep: (value: never) => boolean): Node {
  return { kind: 'filter', input, keep: keep as (value: unknown) => boolean };
}

function flatMapNode(input: Node, expand: (value: never) => Iterable<unknown>): Node {
  return { kind: 'flat-map', input, expand: expand as (value: unknown) => Iterable<unknown> };
}
