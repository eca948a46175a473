import { DefinitionError, type DueClock } from '../model/index.ts';
import { positiveDurationMs, timestampMs, type DurationInput, type TimestampInput } from '../time/index.ts';

/** A timer whatever its payload. Without naming one, it leaves that to be inferred from `timer` alone. */
interface AnyTimer {
  readonly clock: DueClock;
}

/** A timer as it is declared. Each key has one of them; `Payload` is what it hands to `onTimer`. */
export interface TimerSpec<Payload = unknown> extends AnyTimer {
  /** Only for the compiler. */
  readonly '~payload'?: Payload;
}

/** Timers by name. */
export type TimerSpecs = Readonly<Record<string, AnyTimer>>;

export interface TimerOptions {
  /**
   * What moves it: `event` time, or `arrival`, the time at which records reach the stream. Neither is a machine's
   * clock: a replay fires it at the same record. In a silent stream, ticks move both.
   * @default 'event'
   */
  readonly clock?: DueClock;
}

/**
 * A timer that calls `onTimer` for its key.
 * @throws DefinitionError if there is no such clock
 */
export function timer<Payload = undefined>({ clock = 'event' }: TimerOptions = {}): TimerSpec<Payload> {
  if (clock === 'event' || clock === 'arrival') return Object.freeze({ clock });
  throw new DefinitionError(`clock of a timer is "${String(clock)}"; allowed are 'event' and 'arrival'`);
}

type PayloadArgument<Payload> = [Payload] extends [undefined] ? [] : [payload: Payload];

/** Sets the timer of the key at hand. A timer that is set again is no longer set to what it was. */
export interface TimerHandle<Payload> {
  /** Fires when its clock reaches the instant; at the earliest 1 ms after where the clock stands. */
  at(instant: TimestampInput, ...payload: PayloadArgument<Payload>): void;
  /** Fires that long after the timestamp of what is being processed; by arrival, that long after `now`. */
  after(duration: DurationInput, ...payload: PayloadArgument<Payload>): void;
  cancel(): void;
  /** When it fires, or `undefined` if it isn't set. */
  readonly due: number | undefined;
}

/** What sets the timers, by name. */
export type TimerHandles<Tm> = {
  readonly [Name in keyof Tm]: Tm[Name] extends TimerSpec<infer Payload> ? TimerHandle<Payload> : never;
};

/** A timer that fires: which, when it was due by its clock, and what it was given. */
export type FiredTimer<Tm> = {
  [Name in keyof Tm & string]: {
    readonly timer: Name;
    readonly at: number;
    readonly payload: Tm[Name] extends TimerSpec<infer Payload> ? Payload : never;
  };
}[keyof Tm & string];

/** How a handle reaches the callback at hand. */
export interface TimerHost {
  /** What `after` counts from. */
  origin(clock: DueClock): number;
  set(name: string, clock: DueClock, instant: number, payload: unknown): void;
  cancel(name: string): void;
  due(name: string): number | undefined;
}

export function timerHandle(name: string, { clock }: TimerSpec, host: TimerHost): TimerHandle<unknown> {
  return {
    at(instant, ...payload: readonly unknown[]) {
      const ms = timestampMs(instant);
      if (ms === undefined) {
        throw new RangeError(
          `timer "${name}" is set to "${String(instant)}"; give milliseconds, a Date, or ISO 8601 text with its zone`,
        );
      }
      host.set(name, clock, ms, payload[0]);
    },
    after(duration, ...payload: readonly unknown[]) {
      const ms = positiveDurationMs(duration, `duration of timer "${name}"`);
      host.set(name, clock, host.origin(clock) + ms, payload[0]);
    },
    cancel() {
      host.cancel(name);
    },
    get due() {
      return host.due(name);
    },
  };
}
