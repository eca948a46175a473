import type { Pipeline, SourceSpec } from '../dsl/index.ts';
import {
  decodeControlRecord,
  messageOf,
  type DeadLetterReason,
  type Event,
  type InputRecord,
  type Output,
} from '../model/index.ts';
import { planOf, sourceNodeOf, type StagePlan } from '../plan/index.ts';
import { compileStage, type CompiledStage, type StepHost } from './compile.ts';
import { decodeRecord } from './decode-record.ts';
import { advanced, alive, END_OF_TIME, isOvertaken, ticked, type EventTime } from './event-clock.ts';
import { HaltError } from './halt.ts';
import { TaskState } from './state.ts';

/**
 * One shard's share of a stage: a state machine fed record by record. What it emits and what it keeps is a function
 * of the log alone; how the log was cut into batches makes no difference.
 *
 * For each record, in this order:
 * 1. decode, check, place in time; what can't be goes to the dead letters
 * 2. push the event through the operators, which judge lateness by the watermark before this record
 * 3. move the watermark on, unless the record lies too far ahead
 * 4. call back everything that is due by then, earliest first, upstream operators first
 */
export class StageTask {
  readonly state: TaskState;
  readonly #stage: StagePlan;
  readonly #shardId: string;
  readonly #spec: SourceSpec<unknown>;
  readonly #haltsOnError: boolean;
  readonly #compiled: CompiledStage;
  #outputs: Output[] = [];
  #record: InputRecord = { sequenceNumber: '0', partitionKey: '', data: new Uint8Array(), arrival: 0 };
  #index = 0;

  constructor(pipeline: Pipeline, stageId: string, shardId: string) {
    const { stage, spec } = findStage(pipeline, stageId);
    this.#stage = stage;
    this.#spec = spec;
    this.#shardId = shardId;
    this.#haltsOnError = pipeline.onError === 'halt';
    this.state = new TaskState(stage.operators.map(({ id }) => id));
    this.#compiled = compileStage(pipeline, stage.source, this.#host());
  }

  /**
   * Applies one record. Call it once for each record of the shard, in sequence order.
   * @throws HaltError if user code fails and the pipeline halts on errors; the task is then unusable
   */
  process(record: InputRecord): void {
    this.#record = record;
    this.#index = 0;
    const control = decodeControlRecord(record.data);
    if (control !== undefined) {
      const isEnd = control.kind === 'finish';
      this.#moveTo(isEnd ? END_OF_TIME : ticked(this.state.time, record.arrival, this.#stage.time));
      return;
    }
    const decoded = decodeRecord(this.#spec, record);
    if (decoded.kind === 'refused') {
      this.state.time = alive(this.state.time, record.arrival);
      this.#deadLetter(decoded.reason, this.#stage.source, decoded.message, record.arrival);
      return;
    }
    const { event } = decoded;
    const { time } = this.state;
    this.#compiled.accept(
      isOvertaken(time, event.timestamp, this.#stage.time) ? { ...event, isOvertaken: true } : event,
    );
    if (event.isAhead === true) this.state.time = alive(time, record.arrival);
    else this.#moveTo(advanced(time, { ...event, arrival: record.arrival }, this.#stage.time));
  }

  /** What the records since the last call have set off, in order. */
  takeOutputs(): readonly Output[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  /** To be called after state was restored: operators take up the time that was stored with it. */
  resume(): void {
    for (const operator of this.#compiled.operators) operator.restart();
    this.#moveOperators(this.state.time.watermark);
  }

  #moveTo(time: EventTime): void {
    const isLater = time.watermark > this.state.time.watermark;
    this.state.time = time;
    if (isLater) this.#moveOperators(time.watermark);
  }

  /** Steps from one due instant to the next, so that a result is never late for the operator behind. */
  #moveOperators(watermark: number): void {
    for (;;) {
      const due = this.#compiled.operators.reduce(
        (soonest, operator) => Math.min(soonest, operator.nextDue()),
        Infinity,
      );
      const step = Math.min(due, watermark);
      for (const operator of this.#compiled.operators) operator.advanceTo(step);
      if (step === watermark) return;
    }
  }

  #host(): StepHost {
    const sinks = new Map(this.#stage.sinks.map((sink) => [sink.name, sink.kind]));
    return {
      state: this.state,
      partitionKey: () => this.#record.partitionKey,
      reached: (sink, { key, window, row, change, value, timestamp }) => {
        const id = this.#nextId();
        const rowKey = sinks.get(sink) === 'rows' ? key : undefined;
        this.#outputs.push(
          rowKey === undefined
            ? { kind: 'append', id, timestamp, sink, value, ...(key !== undefined && { key }) }
            : {
                kind: 'row',
                id,
                timestamp,
                sink,
                key: rowKey,
                value,
                ...(window !== undefined && { window }),
                ...(row !== undefined && { row }),
                ...(change === 'retract' && { isRetracted: true }),
              },
        );
      },
      late: (operator, { value: late, timestamp }) =>
        this.#deadLetter(
          'late',
          operator,
          `${late.reason} by ${Math.abs(late.lateBy)} ms`,
          timestamp,
          late.value,
        ),
      failed: (operator, event, error) => this.#failed(operator, event, error),
    };
  }

  #failed(operator: string, { value, timestamp }: Event, error: unknown): void {
    if (error instanceof HaltError) throw error;
    if (this.#haltsOnError) throw new HaltError(this.#record.sequenceNumber, operator, error);
    this.#deadLetter('failed', operator, messageOf(error), timestamp, value);
  }

  #deadLetter(
    reason: DeadLetterReason,
    operator: string,
    message: string,
    timestamp: number,
    value?: unknown,
  ): void {
    const { partitionKey, arrival, data } = this.#record;
    this.#outputs.push({
      kind: 'dead-letter',
      id: this.#nextId(),
      timestamp,
      reason,
      operator,
      message,
      partitionKey,
      arrival,
      data,
      ...(value !== undefined && { value }),
    });
  }

  #nextId(): Output['id'] {
    const index = this.#index;
    this.#index += 1;
    return {
      stage: this.#stage.id,
      shardId: this.#shardId,
      sequenceNumber: this.#record.sequenceNumber,
      index,
    };
  }
}

function findStage(pipeline: Pipeline, stageId: string): { stage: StagePlan; spec: SourceSpec<unknown> } {
  const { stages } = planOf(pipeline);
  const stage = stages.find(({ id }) => id === stageId);
  if (stage !== undefined) return { stage, spec: sourceNodeOf(pipeline, stage.source).spec };
  const known = stages.map(({ id }) => `"${id}"`).join(', ');
  throw new RangeError(`pipeline "${pipeline.name}" has no stage "${stageId}"; it has ${known}`);
}
