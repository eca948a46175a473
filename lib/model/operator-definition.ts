import type { Operator, Slot } from './operator.ts';

/** How long and whether a combiner gathers events before it sends them on. */
export interface CombinerOptions {
  /** No longer than this, in ms of processing time, is anything held. */
  readonly holdMs: number;
  /** Nothing new is held; what is held already is sent on when its time comes. */
  readonly isDraining: boolean;
}

/**
 * A stateful step as it is defined: what the planner prints and compares, and how the engine gets one to run. Made by
 * the rooms of operators; the fluent layer only puts it into the graph.
 */
export interface OperatorDefinition {
  /** What kind of step it is: `window-aggregate`, `interval-join`. */
  readonly kind: string;
  /** The same text exactly as long as state stored by one definition can be read by another. */
  readonly shape: string;
  /** What it does, in a few words for a person who reads the plan. */
  readonly does: string;
  /** What it keeps, for the same reader: `one entry for each key and open window`. */
  readonly keeps: string;
  /** How far behind its own event time an entry can still be kept, in ms; `undefined` without a bound. */
  readonly horizonMs: number | undefined;
  /** By how much it holds results back, in ms: event time behind it is that much earlier. */
  readonly delayMs: number;
  /** Whether its results are rows, of which the newest version counts, or events beside one another. */
  readonly results: 'rows' | 'events';
  /** Inputs whose events every task gets, whatever their keys are. */
  readonly broadcastInputs?: readonly number[];
  /** An operator for one task. It holds nothing that isn't in its state or follows from it. */
  create(): Operator;
  /** Reads entries another shape has left, by that shape: the value as stored in, the value as kept now out. */
  readonly migrations?: Migrations;
  /**
   * A step that folds this one's input before it is sent to where this one runs; its state and what it sends are of the
   * same shape. Absent where results could differ.
   */
  combiner?(options: CombinerOptions): OperatorDefinition;
}

/** A stored value in, and where it is kept; the value as kept now out. */
export type Migration = (stored: unknown, slot: Slot) => unknown;

/** For each shape that can be read: its entries' values turned into those of today's shape. */
export type Migrations = Readonly<Record<string, Migration>>;
