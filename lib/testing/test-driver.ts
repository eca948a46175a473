import type { Pipeline } from '../dsl/index.ts';
import { DefinitionError } from '../model/index.ts';
import { stageGraphOf } from '../plan/index.ts';
import { timestampMs } from '../time/index.ts';
import { memoryTables } from './memory-tables.ts';
import { SynchronousRun, type TestDeadLetter } from './synchronous-run.ts';

/** What surrounds a pipeline under test: partition keys, shards, and tables outside. */
export interface TestDriverOptions<In extends object, Tables extends object = object> {
  /** Reads the partition key a producer would give a record, for pipelines that key by it. */
  readonly partitionKeys?: { readonly [Name in keyof In]?: (value: In[Name]) => string };
  /**
   * How many shards each stream has.
   * @default 1
   */
  readonly shards?: number;
  /**
   * What the tables outside hold: rows by their key, or a function that finds them. They are asked anew for each record. Of
   * what throws there is no answer: where the batch would come again, `send` throws, and nothing of the record was applied.
   */
  readonly tables?: { readonly [Name in keyof Tables]?: TestTable<Tables[Name]> };
}

/** A table outside, as a test stands in for it. */
export type TestTable<Table> = Table extends { readonly key: infer K; readonly row: infer Row }
  ? ReadonlyMap<K, Row> | ((key: K) => Row | undefined)
  : never;

interface TestSource<T> {
  /**
   * Puts records into the source, one after another, and runs the pipeline on each.
   * @throws DefinitionError if they are keyed by partition key and have none: give `partitionKeys`, or use `sendAs`
   */
  send(...values: readonly T[]): void;
  /** The same with a partition key. */
  sendAs(partitionKey: string, ...values: readonly T[]): void;
  /** The same, arriving at this time, unless the stream's clock is further already; records may be ahead of it. */
  sendAt(arrival: number | string | Date, ...values: readonly T[]): void;
  /**
   * Puts bytes into the source that may be no record at all, or several: see `aggregated`. The partition key says in which
   * shard they are; what is packed into them and belongs to another is `misplaced`.
   */
  sendRaw(data: Uint8Array | string, partitionKey?: string): void;
}

interface TestSink<T> {
  /** What has come out since the last call, in order: each version of a row, each event. */
  take(): readonly T[];
  /** What a reader of the results table would find: of each row the newest version, each event. */
  rows(): readonly T[];
}

/** A pipeline under test: its sources and sinks by name, and time in your hand. */
export interface TestDriver<In extends object, Out extends object> {
  readonly sources: { readonly [Name in keyof In]: TestSource<In[Name]> };
  readonly sinks: { readonly [Name in keyof Out]: TestSink<Out[Name]> };
  /** Records nothing could take, since the last call. */
  readonly takeDeadLetters: () => readonly TestDeadLetter[];
  /**
   * Lets time pass without records, by ticks, until event time has come to this instant: windows that end by then close.
   * A source that never had a record has no event time to move.
   */
  readonly advanceTo: (time: number | string | Date) => void;
  /** Says that the input is complete: every window closes. What is sent after it is late. */
  readonly drain: () => void;
  /** Kills every task and restores it from the stored bytes of its state. */
  readonly crash: () => void;
  /** The bytes of the state of all tasks. */
  readonly stateBytes: number;
}

/**
 * Runs a pipeline in this process, synchronously, without streams, tables or a clock.
 *
 * @example
 * const driver = testDriver(clicks, { partitionKeys: { clicks: (click) => click.page } });
 * driver.sources.clicks.send({ page: '/', at: 0 }, { page: '/', at: 61_000 });
 * expect(driver.sinks.perMinute.take()).toEqual([{ key: '/', windowStart: 0, windowEnd: 60_000, clicks: 1 }]);
 */
export function testDriver<In extends object, Out extends object, Tables extends object>(
  pipeline: Pipeline<In, Out, Tables>,
  { partitionKeys = {}, shards = 1, tables = {} }: TestDriverOptions<NoInfer<In>, NoInfer<Tables>> = {},
): TestDriver<In, Out> {
  const run = new SynchronousRun(pipeline, shards, memoryTables(tables));
  const given = partitionKeys as Readonly<Record<string, ((value: unknown) => string) | undefined>>;
  const keyOf = (name: string, value: unknown): string => given[name]?.(value) ?? withoutKey(pipeline, name);
  const sourceOf = (name: string): TestSource<unknown> => ({
    send: (...values) => values.forEach((value) => run.send(name, keyOf(name, value), encodeJson(value))),
    sendAs: (key, ...values) => values.forEach((value) => run.send(name, key, encodeJson(value))),
    sendAt: (arrival, ...values) =>
      values.forEach((value) => run.send(name, keyOf(name, value), encodeJson(value), instantOf(arrival))),
    sendRaw: (data, key = '') => run.send(name, key, typeof data === 'string' ? utf8.encode(data) : data),
  });
  const sinkOf = (name: string): TestSink<unknown> => ({
    take: () => run.take(name),
    rows: () => run.sinks.valuesOf(name),
  });
  return {
    // A source and a sink for each name of the pipeline, of its types.
    sources: byName(Object.keys(pipeline.sources), sourceOf) as TestDriver<In, Out>['sources'],
    sinks: byName(Object.keys(pipeline.sinks), sinkOf) as TestDriver<In, Out>['sinks'],
    takeDeadLetters: () => run.takeDeadLetters(),
    advanceTo: (time) => run.advanceTo(instantOf(time)),
    drain: () => run.drain(),
    crash: () => run.crash(),
    get stateBytes() {
      return run.stateBytes;
    },
  };
}

/**
 * The partition key of records for which it makes no difference.
 * @throws DefinitionError if it does
 */
function withoutKey(pipeline: Pipeline, source: string): string {
  if (stageGraphOf(pipeline, source).nodes.every(({ kind }) => kind !== 'by-partition-key')) return '';
  throw new DefinitionError(
    `source "${source}" is keyed by partition key, and the record has none; give ` +
      `testDriver(…, { partitionKeys: { ${source}: (value) => … } }), or use sendAs`,
  );
}

const utf8 = new TextEncoder();
const encodeJson = (value: unknown): Uint8Array => utf8.encode(JSON.stringify(value));

function instantOf(time: number | string | Date): number {
  const ms = timestampMs(time);
  if (ms !== undefined) return ms;
  throw new RangeError(
    `time is "${String(time)}"; give milliseconds, a Date, or ISO 8601 text with its zone, for example ` +
      "'2026-01-01T00:00:00Z'",
  );
}

function byName<T>(names: readonly string[], of: (name: string) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(names.map((name) => [name, of(name)]));
}
