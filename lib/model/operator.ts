import type { Event, LateEvent } from './event.ts';

/** Addresses one entry among those of a key: a window's start, a row's number, a name. */
export type Slot = number | string;

/** What an instant is measured by: event time, or the arrival time of the log's records, which ticks move in silence. */
export type DueClock = 'event' | 'arrival';

/** One piece of keyed state. What must survive a record is in an entry and nowhere else. */
export interface StateEntry<V = unknown> {
  readonly key: string;
  readonly slot: Slot;
  /** When the operator is called back with this entry; `undefined` for never. */
  readonly due: number | undefined;
  readonly clock: DueClock;
  /** Anything the state codec can write: JSON values, bigint, `undefined`, `NaN`, `Uint8Array`. */
  value: V;
}

/** The keyed state of one operator. */
export interface StateTable<V = unknown> {
  /** How many entries there are. */
  readonly size: number;
  get(key: string, slot: Slot): StateEntry<V> | undefined;
  /** Adds an entry or replaces the one at this key and slot. */
  put(key: string, slot: Slot, value: V, due?: number, clock?: DueClock): StateEntry<V>;
  /** Says that `entry.value` was changed in place. Without it the change isn't journaled. */
  touch(entry: StateEntry<V>): void;
  delete(entry: StateEntry<V>): void;
  /** Every entry of the key, in no particular order. */
  ofKey(key: string): Iterable<StateEntry<V>>;
  /** Every entry, in no particular order. */
  entries(): Iterable<StateEntry<V>>;
}

/** What an operator sees of the world: its state, its time, and where its results go. No clock, no I/O. */
export interface OperatorContext<V = unknown> {
  readonly state: StateTable<V>;
  /** No event before this is expected any more. Never goes back; moves only after the record at hand is applied. */
  readonly watermark: number;
  /** Processing time: the newest arrival in the log, up to the record at hand. */
  readonly now: number;
  /** Nothing is to come any more: time is at its end, or being moved there. */
  readonly isFinished: boolean;
  /** Sends a result on: to what follows the operator, or to a named output beside it, which may lead nowhere. */
  emit(event: Event, output?: string): void;
  /** Sends on what came too late. Where no output takes it, it goes to the dead letters. */
  emitLate(event: LateEvent): void;
}

/**
 * A stateful step: synchronous, and a function of its state and the events alone.
 *
 * The engine calls `onEvent` once for each event, in log order, with the place of the input it came by. After each
 * record it moves the watermark and calls `onDue` once for each entry with `due <= watermark`, in the order of
 * (due, key, slot). Entries due by arrival it calls back in the same way before the record that moves `now` is applied.
 * An entry that is still there with the same `due` when `onDue` returns is deleted.
 */
export interface Operator<V = unknown> {
  onEvent(event: Event, context: OperatorContext<V>, input: number): void;
  onDue(entry: StateEntry<V>, context: OperatorContext<V>): void;
}
