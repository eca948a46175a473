import type { Pipeline, SourceSpec } from '../dsl/index.ts';
import { StageTask } from '../engine/index.ts';
import {
  decodeAggregatedRecord,
  encodeControlRecord,
  encodeParcel,
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
import { equalShardOf, equalShards, type EqualShard } from './equal-shards.ts';
import { MemorySinks } from './memory-sinks.ts';
import { answersOf, type MemoryTables } from './memory-tables.ts';

/** A record nothing could take. */
export interface TestDeadLetter {
  readonly operator: string;
  readonly reason: string;
  readonly message: string;
  /** What the operator was given, where the record got that far; for late records with `Late` around it. */
  readonly value: unknown;
}

interface Task extends EqualShard {
  readonly stage: StagePlan;
  task: StageTask;
}

const ENTRIES_PER_PIECE = 1_000;
const FIRST_SEQUENCE_NUMBER = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n;

/** A pipeline in one thread: every stage with its shards. What one sends the next is given at once. */
export class SynchronousRun {
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
      equalShards(shards).map((shard): Task => ({ ...shard, stage, task: this.#newTask(stage.id, shard) })),
    );
  }

  /** The arrival of a record, where none is given, is its own time, unless the clock is further. */
  send(source: string, partitionKey: string, data: Uint8Array, arrival?: number): void {
    this.#now = Math.max(
      this.#now,
      arrival ?? timestampIn(data, stageGraphOf(this.#pipeline, source).source?.spec) ?? this.#now,
    );
    const index = equalShardOf(hashOfPartitionKey(partitionKey), this.#shards);
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
      each.task = this.#newTask(each.stage.id, each);
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

  #newTask(stageId: string, { shardId, firstHash, lastHash }: EqualShard): StageTask {
    const task = new StageTask(this.#pipeline, stageId, shardId);
    task.limitTo({ firstHash, lastHash });
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
        ? tasks[equalShardOf(hashOfPartition(partition, input.partitions), this.#shards)]
        : undefined;
    if (task === undefined) throw new RangeError(`stage "${stageId}" receives no part ${partition}`);
    return task;
  }
}

/** The event time of a record; of one that holds several, the newest of theirs. */
function timestampIn(data: Uint8Array, spec: SourceSpec<unknown> | undefined): number | undefined {
  if (spec === undefined || spec.timestamp === 'arrival') return undefined;
  const aggregated = decodeAggregatedRecord(data);
  if (aggregated?.kind === 'records') {
    const times = aggregated.records.flatMap((record) => timestampIn(record.data, spec) ?? []);
    return times.length === 0 ? undefined : Math.max(...times);
  }
  try {
    return timestampMs(spec.timestamp(JSON.parse(new TextDecoder().decode(data))));
  } catch {
    return undefined;
  }
}

function toDeadLetter({
  operator,
  reason,
  message,
  value,
}: Extract<Output, { kind: 'dead-letter' }>): TestDeadLetter {
  return { operator, reason, message, value };
}
