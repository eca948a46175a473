import type { KeyValue } from '../model/index.ts';
import type { StateHandles, StateSpec, StateSpecs } from './state-spec.ts';
import type { FiredTimer, TimerHandles, TimerSpec, TimerSpecs } from './timer.ts';

/** A further output as it is declared. */
export interface OutputSpec<T = unknown> {
  readonly kind: 'output';
  /** Only for the compiler. */
  readonly '~value'?: T;
}

/** Further outputs by name. */
export type OutputSpecs = Readonly<Record<string, OutputSpec>>;

/** Nothing declared: the default of a type parameter for state, timers or outputs, so that no name is known. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type
export type None = Record<never, never>;

/** What each output carries, by name. */
export type OutputValues<O> = {
  readonly [Name in keyof O]: O[Name] extends OutputSpec<infer T> ? T : never;
};

/** An output beside the results: a stream of its own. */
export function output<T>(): OutputSpec<T> {
  return Object.freeze({ kind: 'output' });
}

/** What a callback sees: the key at hand, its time, its state. Valid until the callback returns. */
export interface ProcessContext<K, S, Tm, O> {
  readonly key: K;
  /** Event time of the event; of a timer by event time, its instant. Results carry it. */
  readonly timestamp: number;
  /** No event before this is expected any more. */
  readonly watermark: number;
  /** The event lies behind the watermark. */
  readonly isLate: boolean;
  /** Processing time: the newest arrival of a record in the log. No clock is read. */
  readonly now: number;
  /** This key's state, by the names it was declared with. */
  readonly state: StateHandles<S>;
  /** This key's timers, likewise. */
  readonly timers: TimerHandles<Tm>;
  /** Sends a value to one of the further outputs. */
  readonly emit: <Name extends keyof O & string>(output: Name, value: OutputValues<O>[Name]) => void;
}

/** How values stored by one earlier version become values of today. What isn't named stays as it is. */
export interface ProcessMigration<S, Tm> {
  readonly state?: {
    readonly [Name in keyof S]?: (
      stored: never,
    ) => S[Name] extends StateSpec<unknown, infer Stored> ? Stored : never;
  };
  readonly timers?: {
    readonly [Name in keyof Tm]?: (
      payload: never,
    ) => Tm[Name] extends TimerSpec<infer Payload> ? Payload : never;
  };
}

/**
 * A step with state of its own, called back for each event of a key and for the key's timers.
 *
 * Callbacks are synchronous. What they return or yield are the results, with the timestamp of the event or timer. If one throws,
 * nothing it did remains: no write, no timer, no output; the event goes to the dead letters.
 */
export interface ProcessSpec<
  K extends KeyValue,
  T,
  S extends StateSpecs,
  Tm extends TimerSpecs,
  O extends OutputSpecs,
  FromEvent,
  FromTimer,
> {
  /** What is kept for each key, by name: `valueState(0)`, `mapState()`, … @default nothing */
  readonly state?: S;
  /** Timers a key can set, by name. @default none */
  readonly timers?: Tm;
  /** Outputs beside the results, by name. @default none */
  readonly outputs?: O;
  /**
   * Where an event behind the watermark goes: to `onEvent`, with `isLate`, or to the late stream. One that lies too far
   * ahead of its arrival always goes to the late stream.
   * @default 'process'
   */
  readonly late?: 'process' | 'side';
  /**
   * Raise it when what is stored is to be read differently: another form of a value, another kind of state under the
   * same name. Adding state, timers and outputs needs no new version.
   * @default 1
   */
  readonly version?: number;
  /** How state of earlier versions is read, by their numbers; each leads to today's. */
  readonly migrate?: Readonly<Record<number, ProcessMigration<NoInfer<S>, NoInfer<Tm>>>>;
  /** Called for each event, in the order of the log. Yields or returns results. */
  onEvent(value: T, context: ProcessContext<K, S, Tm, O>): Iterable<FromEvent> | void;
  /** Called for each timer that is due. Yields or returns results. */
  onTimer?(fired: FiredTimer<Tm>, context: ProcessContext<K, S, Tm, O>): Iterable<FromTimer> | void;
}
