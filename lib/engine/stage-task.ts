import type { Pipeline, SourceSpec } from '../dsl/index.ts';
import type { Looked } from '../joins/index.ts';
import {
  decodeControlRecord,
  decodeKey,
  decodeParcel,
  EVERYWHERE,
  FatalError,
  hashOfPartition,
  hashOfPartitionKey,
  mayBeAggregated,
  messageOf,
  partitionOf,
  TOO_LARGE,
  type DeadLetterReason,
  type Event,
  type InputRecord,
  type Output,
  type SentEvent,
} from '../model/index.ts';
import { planOf, stageGraphOf, type StagePlan } from '../plan/index.ts';
import { compileStage, type CompiledStage } from './compile.ts';
import { decodeRecord } from './decode-record.ts';
import {
  advanced,
  alive,
  END_OF_TIME,
  isOvertaken,
  ticked,
  type EventTime,
  withoutReached,
} from './event-clock.ts';
import { HaltError } from './halt.ts';
import { LookupProbe, NO_ANSWERS, type Answers, type Questions } from './lookup-probe.ts';
import type { KeyedTable } from './keyed-table.ts';
import type { HashRange } from './ports.ts';
import { heardOf, NO_PRODUCERS, seen, watermarkOf, withoutForgotten, type Producers } from './producers.ts';
import { newEventsOf, RECEIVED, SENT } from './shuffled-events.ts';
import { TaskState } from './state.ts';
import type { StepHost } from './step-host.ts';
import { TaskOutputs } from './task-outputs.ts';
import { unpacked, type UnpackedRecord } from './unpacked.ts';

/**
 * One shard's share of a stage: a state machine fed record by record. What it emits and what it keeps is a function
 * of the log alone; how the log was cut into batches makes no difference.
 *
 * For each record of a source, and each user record of an aggregated one, in this order:
 * 1. move processing time to its arrival, and call back everything that is due by then
 * 2. decode, check, place in time; what can't be goes to the dead letters
 * 3. push the event through the operators, which judge lateness by the watermark before this record
 * 4. move the watermark on, unless the record lies too far ahead
 * 5. call back everything that is due by then, earliest first, upstream operators first
 *
 * Behind a shuffle a record is a parcel of events, which don't move event time; how far its sender has got does.
 */
export class StageTask {
  readonly state: TaskState;
  readonly #stage: StagePlan;
  readonly #shardId: string;
  readonly #spec: SourceSpec<unknown> | undefined;
  readonly #haltsOnError: boolean;
  readonly #compiled: CompiledStage;
  readonly #probe: LookupProbe | undefined;
  readonly #outputs: TaskOutputs;
  #range: HashRange | undefined;
  #answers = NO_ANSWERS;

  constructor(pipeline: Pipeline, stageId: string, shardId: string) {
    const graph = stageGraphOf(pipeline, stageId);
    const stage = planOf(pipeline).stages.find(({ id }) => id === stageId);
    if (stage === undefined) throw new RangeError(`pipeline "${pipeline.name}" has no stage "${stageId}"`);
    this.#stage = stage;
    this.#spec = graph.source?.spec;
    this.#shardId = shardId;
    this.#haltsOnError = pipeline.onError === 'halt';
    this.state = new TaskState([...stage.operators.map(({ id }) => id), SENT, RECEIVED]);
    this.#outputs = new TaskOutputs(stage, shardId, this.#table(SENT));
    this.#compiled = compileStage(graph, this.#host());
    this.#probe = LookupProbe.of(graph);
  }

  /** Whether these records can't be applied rightly before the task knows what its shard takes. */
  needsRange(records: readonly InputRecord[]): boolean {
    return this.#range === undefined && records.some(mayBeAggregated);
  }

  /** Says what the shard takes: of the user records in another, only these are applied. Until then all are. */
  limitTo(range: HashRange): void {
    this.#range = range;
  }

  /**
   * What these records need to know of tables outside, beside the answers at hand, to be applied. To be asked until there
   * is nothing more: a lookup may go by what another has found.
   * @throws RetryableError if one of the answers is that there is none, and the records have to come again
   */
  questionsOf(records: readonly InputRecord[], answers: Answers): Questions {
    return this.#probe?.questionsOf(unpacked(records, this.#range), answers) ?? new Map();
  }

  /**
   * Applies one record. Call it once for each record of the shard, in sequence order, with the answers to its questions.
   * @throws HaltError if user code fails and the pipeline halts on errors; the task is then unusable
   * @throws FatalError if a shuffle has lost records
   */
  process(record: InputRecord, answers: Answers = NO_ANSWERS): void {
    this.#answers = answers;
    this.#outputs.begin(record);
    if (mayBeAggregated(record)) for (const each of unpacked([record], this.#range)) this.#apply(each);
    else this.#apply(record);
  }

  #apply(record: UnpackedRecord): void {
    this.#outputs.goOnWith(record);
    const text = this.#spec === undefined ? undefined : record.text;
    const control = isJson(text) ? undefined : decodeControlRecord(record.data);
    const isEnd = control?.kind === 'finish';
    this.state.now = Math.max(this.state.now, record.arrival);
    for (const operator of this.#compiled.operators) operator.arriveAt(this.state.now, isEnd);
    if (isEnd) this.#moveTo({ ...this.state.time, ...END_OF_TIME });
    else if (control?.kind === 'tick') this.#moveTo(this.#timeAtTick(record.arrival));
    else if (this.#spec === undefined) this.#processShuffled(record);
    else this.#processSource(this.#spec, record, text);
  }

  /** The log has ended, and others go on: what is held back to be sent together is sent. */
  end(): void {
    for (const combiner of this.#compiled.combiners) combiner.advanceTo(Number.POSITIVE_INFINITY);
  }

  /** Whether what a table holds for a key goes with the shard that takes these hash keys, when this one is divided. */
  goesWith(table: string, key: string, { firstHash, lastHash }: HashRange): boolean {
    if (table === SENT) return false;
    if (key === EVERYWHERE) return true;
    const hash = this.#hashOf(table, key);
    return firstHash <= hash && hash <= lastHash;
  }

  #hashOf(table: string, key: string): bigint {
    const { input } = this.#stage;
    if (input.kind === 'source') return hashOfPartitionKey(String(decodeKey(key)));
    const { partitions } = input;
    return hashOfPartition(table === RECEIVED ? Number(key) : partitionOf(key, partitions), partitions);
  }

  #floorFor(key: string | undefined): number {
    const { floors } = this.state.time;
    if (floors === undefined || key === undefined || key === EVERYWHERE) return Number.NEGATIVE_INFINITY;
    const hash = this.#hashOf('', key);
    const own = floors.filter(({ firstHash, lastHash }) => firstHash <= hash && hash <= lastHash);
    return Math.max(...own.map(({ watermark }) => watermark));
  }

  /** How far this task has got for a stage it sends to: nothing it sends from here on is before this. */
  progressFor(to: string): number {
    return this.state.time.watermark - (this.#compiled.delayTo.get(to) ?? 0);
  }

  #processSource(spec: SourceSpec<unknown>, record: InputRecord, text: string | undefined): void {
    const decoded = decodeRecord(spec, record, text);
    const { time } = this.state;
    if (decoded.kind !== 'event') {
      this.state.time = alive(time, record.arrival);
      if (decoded.kind === 'refused') this.#refuse(decoded.reason, decoded.message, record.arrival);
      return;
    }
    const { event } = decoded;
    this.#compiled.accept(
      isOvertaken(time, event.timestamp, this.#stage.time) ? { ...event, isOvertaken: true } : event,
    );
    if (event.isAhead === true) this.state.time = alive(time, record.arrival);
    else this.#moveTo(advanced(time, event.timestamp, record.arrival, this.#stage.time));
  }

  /** A record that never becomes an event. */
  #refuse(reason: DeadLetterReason, message: string, timestamp: number): void {
    this.#outputs.deadLetter({ reason, operator: this.#stage.id, message, timestamp });
  }

  #processShuffled(record: InputRecord): void {
    const { arrival } = record;
    const parcel = decodeParcel(record.data, this.#shardId);
    if (parcel === undefined) {
      const message = 'record is no parcel; nothing but this pipeline may write to its shuffle';
      this.#refuse('undecodable', message, arrival);
      return;
    }
    const { producer, shard, packets, progress } = parcel;
    if (shard !== this.#shardId) return;
    for (const packet of packets) {
      for (const sent of newEventsOf(this.#table(RECEIVED), producer, packet)) this.#receive(sent);
    }
    const { producers = NO_PRODUCERS } = this.state.time;
    if (progress === undefined) {
      this.state.time = { ...this.state.time, producers: seen(producers, producer, arrival) };
      return;
    }
    const heard = heardOf(producers, progress, arrival);
    const { idleAfterMs } = this.#stage.time;
    const kept = progress.isEnded ? withoutForgotten(heard, arrival, idleAfterMs) : heard;
    this.#moveTo(this.#timeOf(kept, arrival));
  }

  #receive({ edge, event }: SentEvent): void {
    const receive = this.#compiled.receive.get(edge);
    if (receive !== undefined) receive(event);
    else if (edge === TOO_LARGE) {
      const message = 'event was too large to be sent to this stage; the value says where it came from';
      this.#outputs.deadLetter({ reason: 'undeliverable', operator: this.#stage.id, message, ...event });
    } else {
      const message = 'nothing in this version takes it';
      this.#outputs.deadLetter({ reason: 'failed', operator: edge, message, ...event });
    }
  }

  #timeAtTick(arrival: number): EventTime {
    const { time } = this.state;
    if (this.#spec !== undefined) return ticked(time, arrival, this.#stage.time);
    return this.#timeOf(time.producers ?? NO_PRODUCERS, arrival);
  }

  /** Behind a shuffle: as far as everybody before has got. */
  #timeOf(producers: Producers, arrival: number): EventTime {
    const { time } = this.state;
    const { input } = this.#stage;
    const stages = input.kind === 'shuffle' ? input.from : [];
    const reached = watermarkOf(producers, stages, arrival, this.#stage.time.idleAfterMs);
    return { ...time, producers, watermark: Math.max(time.watermark, reached) };
  }

  #table(id: string): KeyedTable {
    const table = this.state.tables.get(id);
    if (table === undefined) throw new RangeError(`state has no table "${id}"`);
    return table;
  }

  /** What the records since the last call have set off, in order. */
  takeOutputs(): readonly Output[] {
    return this.#outputs.take();
  }

  /** To be called after state was restored: operators take up the time that was stored with it. */
  resume(): void {
    const { time, now } = this.state;
    for (const operator of this.#compiled.operators) operator.resumeAt(time.watermark, now);
  }

  #moveTo(time: EventTime): void {
    const isLater = time.watermark > this.state.time.watermark;
    this.state.time = isLater ? withoutReached(time) : time;
    if (isLater) this.#moveOperators(time.watermark);
  }

  /** Steps from one due instant to the next, so that a result is never late for the operator behind. */
  #moveOperators(watermark: number): void {
    for (;;) {
      let step = watermark;
      for (const operator of this.#compiled.operators) step = Math.min(step, operator.nextDue());
      for (const operator of this.#compiled.operators) operator.advanceTo(step, watermark);
      if (step === watermark) return;
    }
  }

  #host(): StepHost {
    const rows = new Set(this.#stage.sinks.flatMap(({ name, kind }) => (kind === 'rows' ? [name] : [])));
    return {
      state: this.state,
      partitionKey: () => this.#outputs.record.partitionKey,
      reaching: (sink) => (rows.has(sink) ? this.#outputs.rowsOf(sink) : this.#outputs.eventsOf(sink)),
      sending: (edge) => this.#outputs.sentBy(edge),
      late: (operator, { value: { reason, lateBy, value }, timestamp }) => {
        const message = `${reason} by ${Math.abs(lateBy)} ms`;
        this.#outputs.deadLetter({ reason: 'late', operator, message, timestamp, value });
      },
      floorFor: (key) => this.#floorFor(key),
      answerTo: (table, key) => this.#answerTo(table, key),
      refused: (reason, operator, { value, timestamp }, message) =>
        this.#outputs.deadLetter({ reason, operator, message, timestamp, value }),
      failed: (operator, event, error) => this.#failed(operator, event, error),
    };
  }

  #answerTo(table: string, key: string): Looked<unknown> {
    const answer = this.#answers.get(table)?.get(key);
    if (answer !== undefined) return answer;
    throw new FatalError(
      `table "${table}" was not asked for "${key}" before the batch was applied; key functions of lookups, and the steps ` +
        'before them, must give the same for the same value',
    );
  }

  #failed(operator: string, { value, timestamp }: Event, error: unknown): void {
    if (error instanceof HaltError) throw error;
    if (this.#haltsOnError) throw new HaltError(this.#outputs.record, operator, error);
    this.#outputs.deadLetter({ reason: 'failed', operator, message: messageOf(error), timestamp, value });
  }
}

/** Text of records that are data: those of the runtime begin with NUL. */
function isJson(text: string | undefined): text is string {
  return text !== undefined && text.charCodeAt(0) !== 0;
}
