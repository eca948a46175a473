import type { DueClock, Event, LateEvent, Operator, OperatorContext, StateEntry } from '../model/index.ts';
import type { Entry, KeyedTable } from './keyed-table.ts';

interface Wiring {
  readonly create: () => Operator;
  readonly table: KeyedTable;
  readonly delayMs: number;
  /** The watermark of the stage for this key, if it is beyond that of all; else `-Infinity`. */
  readonly floorFor: (key: string | undefined) => number;
  emit(event: Event, output: string | undefined): void;
  emitLate(event: LateEvent): void;
  failed(event: Event, error: unknown): void;
}

/** A stateful operator at work: its own event time, its state, and what follows it. */
export class RunningOperator implements OperatorContext {
  readonly state: KeyedTable;
  readonly #wiring: Wiring;
  #operator: Operator;
  #watermark = Number.NEGATIVE_INFINITY;
  #now = Number.NEGATIVE_INFINITY;
  #isFinished = false;
  /** Of the key at hand. */
  #floor = Number.NEGATIVE_INFINITY;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
    this.state = wiring.table;
    this.#operator = wiring.create();
  }

  /**
   * State was changed from outside: whatever the operator derived from it is dropped, and time stands where it stood then.
   * Nothing is called back, as no record is at hand to set anything off: what is due is, with the next.
   */
  resumeAt(stageWatermark: number, now: number): void {
    this.#operator = this.#wiring.create();
    this.#watermark = stageWatermark - this.#wiring.delayMs;
    this.#now = now;
    this.#isFinished = stageWatermark === Number.POSITIVE_INFINITY;
  }

  get watermark(): number {
    return Math.max(this.#watermark, this.#floor);
  }

  get now(): number {
    return this.#now;
  }

  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** The watermark of the stage at which the next entry is due, or `Infinity`. */
  nextDue(): number {
    return this.state.nextDue() + this.#wiring.delayMs;
  }

  emit(event: Event, output?: string): void {
    this.#wiring.emit(event, output);
  }

  emitLate(event: LateEvent): void {
    this.#wiring.emitLate(event);
  }

  accept(event: Event, input: number): void {
    this.#turnTo(event.key);
    try {
      this.#operator.onEvent(event, this, input);
    } catch (error) {
      this.#wiring.failed(event, error);
    }
  }

  /**
   * Calls back everything that is due when the stage's watermark is this, then moves the operator's own time there. It
   * may be one step of several on the way to `target`.
   */
  advanceTo(stageWatermark: number, target = stageWatermark): void {
    this.#isFinished ||= target === Number.POSITIVE_INFINITY;
    const watermark = stageWatermark - this.#wiring.delayMs;
    this.#callBackUntil(watermark, 'event');
    this.#watermark = Math.max(this.#watermark, watermark);
  }

  /** Moves processing time, then calls back everything that is due by then; at the end of the input, everything. */
  arriveAt(now: number, isEnd = false): void {
    this.#isFinished ||= isEnd;
    this.#now = Math.max(this.#now, now);
    this.#callBackUntil(isEnd ? Number.POSITIVE_INFINITY : this.#now, 'arrival');
  }

  #callBackUntil(limit: number, clock: DueClock): void {
    for (;;) {
      const due = this.state.nextDue(clock);
      if (due === Number.POSITIVE_INFINITY || due > limit) return;
      for (const entry of this.state.earliestDue(clock)) this.#callBack(entry, due, clock);
    }
  }

  /** What was called back before it may have deleted or postponed the entry, and so may its own call. */
  #callBack(entry: Entry, due: number, clock: DueClock): void {
    const isDue = (): boolean => !entry.isDeleted && entry.due === due && entry.clock === clock;
    if (!isDue()) return;
    this.#turnTo(entry.key);
    try {
      this.#operator.onDue(entry, this);
    } catch (error) {
      this.#wiring.failed(eventOf(entry), error);
    }
    if (isDue()) this.state.delete(entry);
  }

  #turnTo(key: string | undefined): void {
    this.#floor = this.#wiring.floorFor(key) - this.#wiring.delayMs;
  }
}

/** What the dead letters get to see of an entry whose operator failed on it. */
function eventOf({ key, value, due = Number.NaN }: StateEntry): Event {
  return { key, value, timestamp: due };
}
