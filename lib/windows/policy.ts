import { DefinitionError } from '../model/index.ts';
import type { WindowSpec } from './window-spec.ts';
import {
  formatDuration,
  nonNegativeDurationMs,
  positiveDurationMs,
  type DurationInput,
} from '../time/index.ts';

/** When a window or a running aggregate speaks before it is complete. */
export type EarlyEmit =
  /** After each record. */
  | 'on-update'
  /** When event time passes a multiple of this, if anything has changed. */
  | { readonly every: DurationInput; readonly afterCount?: never }
  /** After so many records. */
  | { readonly afterCount: number; readonly every?: never };

interface Waiting {
  /**
   * How long a window waits beyond its end, in event time, before it closes. It delays this window only;
   * `outOfOrder` of the source delays everything.
   * @default 0
   */
  readonly grace?: DurationInput;
}

/** Each result once, when its window closes. */
export interface FinalOptions extends Waiting {
  readonly emit?: 'on-close';
  readonly onLate?: 'side';
  readonly allowedLateness?: never;
}

/** Results before a window closes, and corrected ones after it. */
export type UpdatingOptions = Waiting &
  (
    | { readonly emit: EarlyEmit; readonly onLate?: 'side'; readonly allowedLateness?: never }
    | {
        readonly emit?: 'on-close' | EarlyEmit;
        /** A record that comes after its window has closed corrects the result, which is emitted again. */
        readonly onLate: 'update';
        /** For how long after that a window can still be corrected, in event time. */
        readonly allowedLateness: DurationInput;
      }
  );

/** When a window speaks: once, or before and after its close as well. */
export type WindowOptions = FinalOptions | UpdatingOptions;

/** When results are emitted before their window closes. */
export type Early =
  | { readonly kind: 'never' }
  | { readonly kind: 'on-update' }
  | { readonly kind: 'every'; readonly everyMs: number }
  | { readonly kind: 'after-count'; readonly count: number };

/** The options of a window, read: durations in ms. */
export interface WindowPolicy {
  readonly graceMs: number;
  readonly early: Early;
  /** For how long after closing a window is kept and corrected; 0 for not at all. */
  readonly latenessMs: number;
}

/** @throws DefinitionError if an option makes no sense, or doesn't go with the kind of window */
export function policyOf(
  { kind }: WindowSpec,
  { grace = 0, emit = 'on-close', ...rest }: WindowOptions,
): WindowPolicy {
  const policy: WindowPolicy = {
    graceMs: nonNegativeDurationMs(grace, 'grace of a window'),
    early: emit === 'on-close' ? { kind: 'never' } : earlyOf(emit),
    latenessMs: latenessOf(rest),
  };
  if ((kind === 'trailing' || kind === 'count') && isUpdating(policy)) {
    throw new DefinitionError(
      `${kind} window has the options "${describePolicy(policy)}"; it has one result for each event or so many of them, ` +
        'emitted once: leave out emit and onLate',
    );
  }
  if (kind === 'count' && policy.graceMs > 0) {
    throw new DefinitionError(
      `count window has a grace of ${policy.graceMs} ms; it counts records in the order of the log and waits for no ` +
        'time: leave out grace',
    );
  }
  return policy;
}

/** @throws DefinitionError if the interval or the count is not positive */
export function earlyOf(emit: EarlyEmit): Exclude<Early, { kind: 'never' }> {
  if (emit === 'on-update') return { kind: 'on-update' };
  const { every, afterCount } = emit;
  if (every !== undefined && afterCount !== undefined) {
    throw new DefinitionError(
      `emit has every "${String(every)}" and afterCount "${String(afterCount)}"; give one of them`,
    );
  }
  if (every !== undefined) return { kind: 'every', everyMs: positiveDurationMs(every, 'every of emit') };
  if (Number.isSafeInteger(afterCount) && afterCount > 0) return { kind: 'after-count', count: afterCount };
  throw new DefinitionError(
    `afterCount of emit is "${afterCount}"; it must be a whole number from 1, for example { afterCount: 100 }`,
  );
}

function latenessOf({ onLate, allowedLateness }: Pick<WindowOptions, 'onLate' | 'allowedLateness'>): number {
  if (onLate === 'update') {
    return positiveDurationMs(allowedLateness ?? 0, "allowedLateness of a window with onLate 'update'");
  }
  if (onLate !== undefined && onLate !== 'side') {
    throw new DefinitionError(`onLate of a window is "${String(onLate)}"; use 'side' or 'update'`);
  }
  if (allowedLateness === undefined) return 0;
  throw new DefinitionError(
    `allowedLateness of a window is "${String(allowedLateness)}" but its late records go to the late stream; add ` +
      "onLate: 'update', or use grace to wait before closing",
  );
}

/** Whether a result can be followed by another of the same row. */
export function isUpdating({ early, latenessMs }: WindowPolicy): boolean {
  return early.kind !== 'never' || latenessMs > 0;
}

/** As a plan prints it: `grace 5 seconds, emits on update`. */
export function describePolicy({ graceMs, early, latenessMs }: WindowPolicy): string {
  return [
    `grace ${formatDuration(graceMs)}`,
    ...(early.kind === 'never' ? [] : [`emits ${describeEarly(early)}`]),
    ...(latenessMs === 0 ? [] : [`corrected for ${formatDuration(latenessMs)}`]),
  ].join(', ');
}

export function describeEarly(early: Exclude<Early, { kind: 'never' }>): string {
  switch (early.kind) {
    case 'on-update':
      return 'on update';
    case 'every':
      return `every ${formatDuration(early.everyMs)}`;
    case 'after-count':
      return `after every ${early.count} records`;
  }
}
