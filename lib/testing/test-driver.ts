import type { Pipeline } from '../dsl/index.ts';
import { StageTask, type HashRange } from '../engine/index.ts';
import {
  decodeAggregatedRecord,
  DefinitionError,
  encodeControlRecord,
  encodeParcel,
  HASH_KEYS,
  hashOfPartition,
  hashOfPartitionKey,
  parcelsOf,
  telling,
  type InputRecord,
  type Output,
  type SentOutput,
  type TableOutput,
} from '../model/index.ts';
import { planOf, stageGraphOf, type StagePlan } from '../plan/index.ts';
import { timestampMs } from '../time/index.ts';
import { MemorySinks } from './memory-sinks.ts';
import { answersOf, memoryTables, type MemoryTables } from './memory-tables.ts';

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

/** A record nothing could take. */
export interface TestDeadLetter {
  readonly operator: string;
  readonly reason: string;
  readonly message: string;
  /** What the operator was given, where the record got that far; for late records with `Late` around it. */
  readonly value: unknown;
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
  const run = new PipelineRun(pipeline, shards, memoryTables(tables));
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

interface Task {
  readonly stage: StagePlan;
  readonly shardId: string;
  readonly range: HashRange;
  task: StageTask;
}

const ENTRIES_PER_PIECE = 1_000;

/** Every stage of a pipeline with its shards; what one sends the next is given at once. */
class PipelineRun {
  readonly sinks = new MemorySinks();
  readonly #pipeline: Pipeline;
  readonly #shards: number;
  readonly #tables: MemoryTables;
  readonly #tasks: readonly Task[];
  readonly #taken = new Map<string, unknown[]>();
  #deadLetters: TestDeadLetter[] = [];
  #sequence = FIRST_SEQUENCE_NUMBER;
  #now = Number.NEGATIVE_INFINITY;

  constructor(pipeline: Pipeline, shards: number, tables: MemoryTables) {
    this.#tables = tables;
    this.#pipeline = pipeline;
    this.#shards = shards;
    this.#tasks = planOf(pipeline).stages.flatMap((stage) =>
      Array.from({ length: shards }, (_, index): Task => {
        const shardId = `shardId-${String(index).padStart(12, '0')}`;
        const range = { firstHash: this.#firstHashOf(index), lastHash: this.#firstHashOf(index + 1) - 1n };
        return { stage, shardId, range, task: this.#newTask(stage.id, shardId, range) };
      }),
    );
  }

  send(source: string, partitionKey: string, data: Uint8Array, arrival?: number): void {
    this.#now = Math.max(this.#now, arrival ?? this.#timestampOf(source, data) ?? this.#now);
    const index = this.#shardOf(hashOfPartitionKey(partitionKey));
    const task = this.#tasksOf(source)[index];
    if (task !== undefined) this.#process(task, data, partitionKey);
  }

  take(sink: string): readonly unknown[] {
    const taken = this.#taken.get(sink) ?? [];
    this.#taken.delete(sink);
    return taken;
  }

  takeDeadLetters(): readonly TestDeadLetter[] {
    const taken = this.#deadLetters;
    this.#deadLetters = [];
    return taken;
  }

  advanceTo(time: number): void {
    for (const each of this.#tasks) {
      const { watermark, newest, arrival } = each.task.state.time;
      if (each.stage.input.kind !== 'source' || watermark >= time || !Number.isFinite(newest)) continue;
      const { outOfOrderMs, idleAfterMs } = each.stage.time;
      this.#now = Math.max(this.#now, arrival + idleAfterMs + time - (newest - outOfOrderMs));
      this.#process(each, encodeControlRecord({ kind: 'tick' }));
    }
    for (const each of this.#tasks) {
      if (each.stage.input.kind === 'shuffle') this.#process(each, encodeControlRecord({ kind: 'tick' }));
    }
  }

  drain(): void {
    for (const each of this.#tasks) {
      if (each.stage.input.kind === 'source') this.#process(each, encodeControlRecord({ kind: 'finish' }));
    }
  }

  crash(): void {
    for (const each of this.#tasks) {
      const stored = [...each.task.state.encodeAll(ENTRIES_PER_PIECE)];
      each.task = this.#newTask(each.stage.id, each.shardId, each.range);
      for (const piece of stored) each.task.state.apply(piece);
      each.task.resume();
    }
  }

  get stateBytes(): number {
    return this.#tasks
      .flatMap(({ task }) => [...task.state.encodeAll(ENTRIES_PER_PIECE)])
      .reduce((total, piece) => total + piece.length, 0);
  }

  #process(each: Task, data: Uint8Array, partitionKey = ''): void {
    this.#sequence += 1n;
    const arrival = Number.isFinite(this.#now) ? this.#now : 0;
    const record: InputRecord = { sequenceNumber: String(this.#sequence), partitionKey, data, arrival };
    each.task.process(record, answersOf(each.task, record, this.#tables));
    const outputs = each.task.takeOutputs();
    this.#put(outputs.filter((output): output is TableOutput => output.kind !== 'sent'));
    this.#send(
      each,
      outputs.filter((output): output is SentOutput => output.kind === 'sent'),
    );
  }

  #put(outputs: readonly TableOutput[]): void {
    for (const output of outputs) {
      this.sinks.put(output);
      if (output.kind === 'dead-letter') this.#deadLetters.push(toDeadLetter(output));
      else if (output.kind === 'append' || output.isRetracted !== true) {
        const taken = this.#taken.get(output.sink);
        if (taken === undefined) this.#taken.set(output.sink, [output.value]);
        else taken.push(output.value);
      }
    }
  }

  /** Tells after each record how far the task has got, as a shard does after each batch. */
  #send({ stage, shardId, task }: Task, sent: readonly SentOutput[]): void {
    const peers = this.#tasksOf(stage.id).map((peer) => `${stage.id}/${peer.shardId}`);
    const producer = `${stage.id}/${shardId}`;
    for (const to of new Set(stage.sends.map((send) => send.to))) {
      const receivers = this.#tasksOf(to);
      const parcels = parcelsOf(
        sent.filter((output) => output.to === to),
        (partition) => this.#taskOf(to, partition).shardId,
      );
      const progress = { producer, watermark: task.progressFor(to), peers, isEnded: false };
      const shards = receivers.map((receiver) => receiver.shardId);
      for (const { parcel } of telling(parcels, progress, shards)) {
        const receiver = receivers.find((each) => each.shardId === parcel.shard);
        if (receiver !== undefined) this.#process(receiver, encodeParcel(parcel));
      }
    }
  }

  #newTask(stageId: string, shardId: string, range: HashRange): StageTask {
    const task = new StageTask(this.#pipeline, stageId, shardId);
    task.limitTo(range);
    return task;
  }

  #tasksOf(stageId: string): readonly Task[] {
    return this.#tasks.filter(({ stage }) => stage.id === stageId);
  }

  /** The task where a part of a stage's keys is at home. */
  #taskOf(stageId: string, partition: number): Task {
    const tasks = this.#tasksOf(stageId);
    const input = tasks[0]?.stage.input;
    const task =
      input?.kind === 'shuffle'
        ? tasks[this.#shardOf(hashOfPartition(partition, input.partitions))]
        : undefined;
    if (task === undefined) throw new RangeError(`stage "${stageId}" receives no part ${partition}`);
    return task;
  }

  #shardOf(hash: bigint): number {
    return Number((hash * BigInt(this.#shards)) / HASH_KEYS);
  }

  #firstHashOf(index: number): bigint {
    const shards = BigInt(this.#shards);
    return (BigInt(index) * HASH_KEYS + shards - 1n) / shards;
  }

  /** The arrival of a record, where none is given, is its own time, unless the clock is further. */
  #timestampOf(source: string, data: Uint8Array): number | undefined {
    const spec = stageGraphOf(this.#pipeline, source).source?.spec;
    if (spec === undefined || spec.timestamp === 'arrival') return undefined;
    const aggregated = decodeAggregatedRecord(data);
    if (aggregated?.kind === 'records') {
      const times = aggregated.records.flatMap((record) => this.#timestampOf(source, record.data) ?? []);
      return times.length === 0 ? undefined : Math.max(...times);
    }
    try {
      return timestampMs(spec.timestamp(JSON.parse(new TextDecoder().decode(data))));
    } catch {
      return undefined;
    }
  }
}

const FIRST_SEQUENCE_NUMBER = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n;

function toDeadLetter({
  operator,
  reason,
  message,
  value,
}: Extract<Output, { kind: 'dead-letter' }>): TestDeadLetter {
  return { operator, reason, message, value };
}

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
