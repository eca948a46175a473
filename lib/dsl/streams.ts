import type { AggregateResults, AnyAggregator } from '../aggregators/index.ts';
import type { KeyValue, Late } from '../model/index.ts';
import { DefinitionError } from '../model/index.ts';
import { nonNegativeDurationMs, type DurationInput } from '../time/index.ts';
import { windowAggregate, type WindowSpec } from '../windows/index.ts';
import { LATE, type Node, type OperatorNode } from './nodes.ts';

/** What the compiler shows where a pipeline is wrong. */
export interface StreamTypeError<Message extends string> {
  readonly '~error': Message;
}

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

  /** Hands the stream to a function, so that steps can be shared between pipelines. */
  through<U>(build: (stream: this) => U): U {
    return build(this);
  }
}

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

  /** Cuts each key's values into windows of event time. */
  window(spec: WindowSpec, options: WindowOptions = {}): WindowedStream<K, T> {
    return new WindowedStream(
      this.node,
      spec,
      nonNegativeDurationMs(options.grace ?? 0, 'grace of a window'),
    );
  }

  /** Hands the stream to a function, so that steps can be shared between pipelines. */
  through<U>(build: (stream: this) => U): U {
    return build(this);
  }
}

export interface WindowOptions {
  /**
   * How long a window waits beyond its end, in event time, before it closes. It delays this window only;
   * `outOfOrder` of the source delays everything.
   * @default 0
   */
  readonly grace?: DurationInput;
}

/** Attributes every result has already. */
type ReservedName = 'key' | 'windowStart' | 'windowEnd' | 'pk' | 'sk';
const RESERVED_NAMES: readonly string[] = [
  'key',
  'windowStart',
  'windowEnd',
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

/** A keyed stream cut into windows, ready to be aggregated. */
export class WindowedStream<K extends KeyValue, T> {
  readonly #input: Node;
  readonly #spec: WindowSpec;
  readonly #graceMs: number;

  constructor(input: Node, spec: WindowSpec, graceMs: number) {
    this.#input = input;
    this.#spec = spec;
    this.#graceMs = graceMs;
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
  ): WindowResults<K, T, WindowResult<K, Spec>> {
    const names = Object.keys(aggregates);
    const refused = names.find((name) => !AGGREGATE_NAME.test(name) || RESERVED_NAMES.includes(name));
    if (names.length === 0 || refused !== undefined) {
      const problem = refused === undefined ? 'no aggregate' : `an aggregate called "${refused}"`;
      throw new DefinitionError(
        `window "${id}" has ${problem}; give at least one, under a name of letters, digits and '_' other than ` +
          `${RESERVED_NAMES.join(', ')}, for example { orders: count() }`,
      );
    }
    return new WindowResults({
      kind: 'operator',
      id,
      inputs: [this.#input],
      // The types of values end here: nodes hold what the signature above has checked.
      definition: windowAggregate(this.#spec, this.#graceMs, aggregates),
    });
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
    this.late = new Stream({ kind: 'side', input: node, output: LATE });
  }
}

// Functions about values of one type become functions about `unknown` in these three places only.

function mapNode(input: Node, apply: (value: never) => unknown): Node {
  return { kind: 'map', input, apply: apply as (value: unknown) => unknown };
}

function filterNode(input: Node, keep: (value: never) => boolean): Node {
  return { kind: 'filter', input, keep: keep as (value: unknown) => boolean };
}

function flatMapNode(input: Node, expand: (value: never) => Iterable<unknown>): Node {
  return { kind: 'flat-map', input, expand: expand as (value: unknown) => Iterable<unknown> };
}
