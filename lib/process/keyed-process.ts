import {
  decodeKey,
  lateEvent,
  type DueClock,
  type Event,
  type KeyValue,
  type Operator,
  type OperatorContext,
  type OperatorDefinition,
  type StateEntry,
} from '../model/index.ts';
import { checkSpec, type UntypedSpec } from './check-spec.ts';
import { horizonOf, migrationsOf, shapeOf, TIMER_PREFIX } from './stored-form.ts';
import type { OutputSpecs, ProcessContext, ProcessSpec } from './process-spec.ts';
import type { StateSpecs } from './state-spec.ts';
import { timerHandle, type TimerHandle, type TimerHost, type TimerSpecs } from './timer.ts';
import { Workspace } from './workspace.ts';

type UntypedContext = ProcessContext<KeyValue, StateSpecs, TimerSpecs, OutputSpecs>;

/** What is being processed. */
interface Moment {
  readonly key: string;
  readonly timestamp: number;
  readonly isLate: boolean;
  readonly operator: OperatorContext;
  /** No timer by event time fires at this instant or before. */
  readonly floor: number;
}

/** What a timer by arrival stores: its payload, and the event time it was set at. */
type StoredArrival = readonly [payload: unknown, timestamp: number];

interface Result {
  readonly value: unknown;
  readonly output: string | undefined;
}

/**
 * Calls user code back for events and timers, with state of its own for each key.
 *
 * State: `name`, `name/…` as each kind of state keeps it, due when it expires; `@name` for a timer that is set, due when
 * it fires.
 *
 * 1. The callback runs against a workspace; results are collected.
 * 2. If it throws, all of that is dropped.
 * 3. Otherwise writes and timers go into the state, then results go out, in the order they came.
 *
 * I1 Nothing is ever due at or before the instant at which it is written, so timers can't chase themselves at one
 *    instant, and a restored state has nothing overdue.
 * I2 Once the input has ended, a timer fires at most once for each key, so that one which sets itself again ends too.
 */
class KeyedProcess implements Operator, TimerHost {
  readonly #spec: UntypedSpec;
  readonly #workspace = new Workspace();
  readonly #context: UntypedContext;
  readonly #firedAtEnd = new Set<string>();
  #moment: Moment | undefined;
  #results: Result[] = [];

  constructor(spec: UntypedSpec) {
    this.#spec = spec;
    this.#context = this.#contextOf(spec);
  }

  onEvent(event: Event, operator: OperatorContext): void {
    const { key = '', value, timestamp } = event;
    const { watermark } = operator;
    const isLate = timestamp < watermark;
    if (event.isAhead === true || (isLate && this.#spec.late === 'side')) {
      operator.emitLate(lateEvent(event, watermark));
      return;
    }
    this.#firedAtEnd.clear();
    this.#run({ key, timestamp, isLate, operator, floor: watermark }, (context) =>
      this.#spec.onEvent(value, context),
    );
  }

  onDue(entry: StateEntry, operator: OperatorContext): void {
    const { key, slot, value, due: at = Number.NaN, clock } = entry;
    if (typeof slot !== 'string' || !slot.startsWith(TIMER_PREFIX)) return;
    const name = slot.slice(TIMER_PREFIX.length);
    if (this.#spec.timers?.[name] === undefined || this.#spec.onTimer === undefined) {
      throw new Error(
        `timer "${name}" fired, and the process function has no such timer any more; declare it again`,
      );
    }
    if (operator.isFinished) this.#firedAtEnd.add(`${slot} ${key}`);
    const isByArrival = clock === 'arrival';
    const [payload, setAt] = isByArrival ? (value as StoredArrival) : [value, at];
    const { watermark } = operator;
    const timestamp = isByArrival && Number.isFinite(watermark) ? Math.max(setAt, watermark) : setAt;
    const floor = isByArrival ? watermark : Math.max(watermark, at);
    this.#run({ key, timestamp, isLate: false, operator, floor }, (context) => {
      this.#workspace.remove(slot);
      return this.#spec.onTimer?.({ timer: name, at, payload }, context);
    });
  }

  origin(clock: DueClock): number {
    const { timestamp, operator } = this.#current();
    return clock === 'event' ? timestamp : operator.now;
  }

  set(name: string, clock: DueClock, instant: number, payload: unknown): void {
    const { key, timestamp, operator, floor } = this.#current();
    const slot = TIMER_PREFIX + name;
    const due = Math.max(instant, (clock === 'event' ? floor : operator.now) + 1);
    const isOver = !Number.isFinite(due) || this.#firedAtEnd.has(`${slot} ${key}`);
    if (isOver) this.#workspace.remove(slot);
    else this.#workspace.write(slot, clock === 'event' ? payload : [payload, timestamp], due, clock);
  }

  cancel(name: string): void {
    this.#workspace.remove(TIMER_PREFIX + name);
  }

  due(name: string): number | undefined {
    return this.#workspace.read(TIMER_PREFIX + name)?.due;
  }

  #run(moment: Moment, call: (context: UntypedContext) => Iterable<unknown> | void): void {
    const { key, timestamp, operator, floor } = moment;
    this.#moment = moment;
    this.#workspace.open(operator, key, Math.max(timestamp, floor));
    this.#results = [];
    try {
      for (const value of iterable(call(this.#context))) this.#results.push({ value, output: undefined });
      this.#workspace.commit();
    } finally {
      this.#workspace.discard();
      this.#moment = undefined;
    }
    const results = this.#results;
    this.#results = [];
    for (const { value, output } of results) operator.emit({ key, value, timestamp }, output);
  }

  #current(): Moment {
    if (this.#moment !== undefined) return this.#moment;
    throw new Error(
      'the context was used after the callback it was given to had returned; use it only inside onEvent and onTimer',
    );
  }

  #contextOf({ state = {}, timers = {}, outputs = {} }: UntypedSpec): UntypedContext {
    const current = (): Moment => this.#current();
    const results = (): Result[] => this.#results;
    return {
      state: mapValues(state, (spec, name) => spec.open(name, this.#workspace)),
      timers: mapValues(timers, (spec, name): TimerHandle<unknown> => timerHandle(name, spec, this)),
      get key() {
        return decodeKey(current().key);
      },
      get timestamp() {
        return current().timestamp;
      },
      get watermark() {
        return current().operator.watermark;
      },
      get isLate() {
        return current().isLate;
      },
      get now() {
        return current().operator.now;
      },
      emit(output, value) {
        current();
        if (!Object.hasOwn(outputs, output)) {
          const known = Object.keys(outputs).map((name) => `"${name}"`);
          throw new RangeError(
            `output "${output}" is not declared; declared are ${known.join(', ') || 'none'}`,
          );
        }
        results().push({ value, output });
      },
    };
  }
}

/** Runs user code for each event of a key and for its timers. See `ProcessSpec`. */
export function keyedProcess<
  K extends KeyValue,
  T,
  S extends StateSpecs,
  Tm extends TimerSpecs,
  O extends OutputSpecs,
  FromEvent,
  FromTimer,
>(typed: ProcessSpec<K, T, S, Tm, O, FromEvent, FromTimer>): OperatorDefinition {
  // The types of values end here; `ProcessSpec` has checked them.
  const spec = typed as unknown as UntypedSpec;
  checkSpec(spec);
  return {
    kind: 'process',
    shape: shapeOf(spec.version ?? 1),
    migrations: migrationsOf(spec),
    does: describe(spec),
    keeps: 'for each key, what it stores: an entry for each value, map entry, 32 list items and timer',
    horizonMs: horizonOf(spec),
    delayMs: 0,
    results: 'events',
    create: () => new KeyedProcess(spec),
  };
}

function describe({ state = {}, timers = {}, outputs = {} }: UntypedSpec): string {
  const parts = [
    ...Object.entries(state).map(([name, { kind }]) => `${kind} ${name}`),
    ...Object.entries(timers).map(([name, { clock }]) => `timer ${name} by ${clock} time`),
    ...Object.keys(outputs).map((name) => `output ${name}`),
  ];
  return parts.length === 0 ? 'process function without state' : `process function { ${parts.join(', ')} }`;
}

function iterable(results: Iterable<unknown> | void): Iterable<unknown> {
  if (results === undefined) return [];
  if (typeof results[Symbol.iterator] === 'function') return results;
  throw new TypeError(
    `a callback returned "${typeof results}", which is no iterable; yield results, or return a list of them or nothing; ` +
      "callbacks can't be async",
  );
}

function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  map: (value: T, name: string) => U,
): Readonly<Record<string, U>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
