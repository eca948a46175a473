import { KeyedTable, RunningOperator, TaskState } from '../../lib/engine/index.ts';
import type { Event, LateEvent, OperatorDefinition } from '../../lib/model/index.ts';

const OPERATOR = 'it';

/** What an operator gave, in order. */
export interface Given {
  readonly output: string | undefined;
  readonly event: Event;
}

/**
 * One operator by itself: events in, results out, time moved by hand. The order is the engine's: an event is applied
 * at the watermark before it, then time moves and what is due is called back.
 */
export class OperatorHarness {
  readonly given: Given[] = [];
  readonly late: LateEvent[] = [];
  readonly failures: unknown[] = [];
  #definition: OperatorDefinition;
  readonly #outOfOrderMs: number;
  /** What was journaled so far, change by change: what an operator forgets to touch is not in it. */
  readonly #journal: Uint8Array[] = [];
  #state = new TaskState([OPERATOR]);
  #running: RunningOperator;
  #watermark = Number.NEGATIVE_INFINITY;
  #now = Number.NEGATIVE_INFINITY;

  constructor(definition: OperatorDefinition, outOfOrderMs = 0) {
    this.#definition = definition;
    this.#outOfOrderMs = outOfOrderMs;
    this.#running = this.#run();
  }

  /** Applies an event, then moves time to where it brings it. */
  send(event: Event, input = 0): void {
    this.#running.accept(event, input);
    this.advanceTo(event.timestamp - this.#outOfOrderMs);
  }

  advanceTo(watermark: number): void {
    this.#watermark = Math.max(this.#watermark, watermark);
    this.#running.advanceTo(this.#watermark);
  }

  /** Moves processing time, as the next record does before it is applied. */
  arriveAt(now: number, isEnd = false): void {
    this.#now = Math.max(this.#now, now);
    this.#running.arriveAt(this.#now, isEnd);
  }

  /** As after a crash: everything but the journaled changes of the state is gone. */
  restore(): void {
    this.#journal.push(this.#state.encodeChanges(this.#state.takeChanges()));
    this.#state = new TaskState([OPERATOR]);
    for (const changes of this.#journal) this.#state.apply(changes);
    this.#running = this.#run();
    this.#running.advanceTo(this.#watermark);
    this.#running.arriveAt(this.#now);
  }

  /** As after a deployment of other code. */
  become(definition: OperatorDefinition): void {
    this.#definition = definition;
    this.restore();
  }

  /** How many entries the operator keeps. */
  get entries(): number {
    return this.#table.size;
  }

  get values(): readonly unknown[] {
    return this.given.map(({ event }) => event.value);
  }

  get #table(): KeyedTable {
    return this.#state.tables.get(OPERATOR) ?? new KeyedTable();
  }

  #run(): RunningOperator {
    return new RunningOperator({
      create: () => this.#definition.create(),
      table: this.#table,
      delayMs: 0,
      floorFor: () => Number.NEGATIVE_INFINITY,
      emit: (event, output) => this.given.push({ output, event }),
      emitLate: (event) => this.late.push(event),
      failed: (_event, error) => this.failures.push(error),
    });
  }
}
