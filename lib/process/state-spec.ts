import { positiveDurationMs, type DurationInput } from '../time/index.ts';
import type { Workspace } from './workspace.ts';

/** A piece of state as it is declared. `Handle` is what callbacks work with, `Stored` the values it keeps. */
export interface StateSpec<Handle = unknown, Stored = unknown> {
  readonly kind: 'value' | 'map' | 'list';
  /** How long after it was written a value is there, in ms of event time. */
  readonly ttlMs: number | undefined;
  open(name: string, workspace: Workspace): Handle;
  /** Applies a change to each value that a slot of it stores. */
  mapStored(stored: unknown, change: (value: unknown) => unknown): unknown;
  /** Only for the compiler. */
  readonly '~stored'?: Stored;
}

/** Pieces of state by name. */
export type StateSpecs = Readonly<Record<string, StateSpec>>;

/** What callbacks work with, by name. */
export type StateHandles<S> = {
  readonly [Name in keyof S]: S[Name] extends StateSpec<infer Handle> ? Handle : never;
};

/** How long the state of a process function lives. */
export interface StateOptions {
  /**
   * How long a value is there after it was last written, in event time. After that it reads as if it had never been
   * written, and its storage is freed.
   * @default for ever
   */
  readonly ttl?: DurationInput;
}

export function ttlOf({ ttl }: StateOptions, kind: string): number | undefined {
  return ttl === undefined ? undefined : positiveDurationMs(ttl, `ttl of a ${kind} state`);
}

/** When what is written now expires. */
export function expiryOf(ttlMs: number | undefined, { instant }: Workspace): number | undefined {
  return ttlMs === undefined ? undefined : instant + ttlMs;
}
