import {
  partitionOf,
  type DeadLetterReason,
  type Event,
  type InputRecord,
  type Output,
  type RowOutput,
} from '../model/index.ts';
import type { Edge, StagePlan } from '../plan/index.ts';
import type { KeyedTable } from './keyed-table.ts';
import { nextNumber } from './shuffled-events.ts';
import type { Step } from './stateless-step.ts';
import type { UnpackedRecord } from './unpacked.ts';

/** What went wrong, where, and with which value if it got that far. */
export interface Problem {
  readonly reason: DeadLetterReason;
  readonly operator: string;
  readonly message: string;
  readonly timestamp: number;
  readonly value?: unknown;
}

/** What the records of a task set off: each output is named by the record at hand, and its place among what that one sets off. */
export class TaskOutputs {
  readonly #stage: StagePlan;
  readonly #shardId: string;
  readonly #sent: KeyedTable;
  #outputs: Output[] = [];
  #record: UnpackedRecord = { sequenceNumber: '0', partitionKey: '', data: new Uint8Array(), arrival: 0 };
  #index = 0;

  /** @param sent how many events the task has sent, by stage and part */
  constructor(stage: StagePlan, shardId: string, sent: KeyedTable) {
    this.#stage = stage;
    this.#shardId = shardId;
    this.#sent = sent;
  }

  /** The next record of the shard. */
  begin(record: InputRecord): void {
    this.#record = record;
    this.#index = 0;
  }

  /** The next user record of an aggregated one, whose outputs are counted as those of one record. */
  goOnWith(record: UnpackedRecord): void {
    this.#record = record;
  }

  get record(): UnpackedRecord {
    return this.#record;
  }

  /** What there is since the last call, in order. */
  take(): readonly Output[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  /** Without a key there is no row to take the place of. */
  rowsOf(sink: string): Step {
    const asEvent = this.eventsOf(sink);
    return (event) => {
      const { key, value, timestamp } = event;
      if (key === undefined) asEvent(event);
      else
        this.#outputs.push(
          rowOutput({ kind: 'row', id: this.#nextId(), timestamp, sink, key, value }, event),
        );
    };
  }

  eventsOf(sink: string): Step {
    return ({ key, value, timestamp }) => {
      const id = this.#nextId();
      this.#outputs.push(
        key === undefined
          ? { kind: 'append', id, timestamp, sink, value }
          : { kind: 'append', id, timestamp, sink, value, key },
      );
    };
  }

  /** To the part of the event's key, or to all parts. */
  sentBy(edge: Edge): Step {
    const partitions = this.#stage.sends.find(({ to }) => to === edge.to)?.partitions ?? 1;
    if (!edge.isBroadcast)
      return (event) => this.#send(edge, partitionOf(event.key ?? '', partitions), event);
    return (event) => {
      for (let part = 0; part < partitions; part += 1) this.#send(edge, part, event);
    };
  }

  #send({ id: edge, to }: Edge, partition: number, event: Event): void {
    const number = nextNumber(this.#sent, to, partition);
    const { timestamp } = event;
    this.#outputs.push({ kind: 'sent', id: this.#nextId(), timestamp, to, edge, partition, number, event });
  }

  deadLetter({ reason, operator, message, timestamp, value }: Problem): void {
    const { partitionKey, subSequenceNumber, arrival, data } = this.#record;
    this.#outputs.push({
      kind: 'dead-letter',
      id: this.#nextId(),
      timestamp,
      reason,
      operator,
      message,
      partitionKey,
      ...(subSequenceNumber !== undefined && { subSequenceNumber }),
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

/** Most results have neither a row of their own nor a change: what is absent isn't copied about. */
function rowOutput(output: Writable<RowOutput>, { window, row, change }: Event): RowOutput {
  if (window !== undefined) output.window = window;
  if (row !== undefined) output.row = row;
  if (change === 'retract') output.isRetracted = true;
  return output;
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };
