import type { OperatorDefinition } from '../model/index.ts';
import { formatDuration, nonNegativeDurationMs, positiveDurationMs } from '../time/index.ts';
import type { JoinKind, LeftOf, RightOf } from './join-kind.ts';
import { windowReach } from './reach.ts';
import { StreamJoin, type SelectRows, type WindowPairing } from './stream-join.ts';

/** Which rows a window join pairs, and what it makes of them. */
export interface WindowJoinOptions<Kind extends JoinKind, L, R, Out> {
  readonly kind: Kind;
  /** Length of the windows, in ms; they lie side by side and are aligned to the Unix epoch. */
  readonly sizeMs: number;
  /** How long a window waits beyond its end, in ms of event time. */
  readonly graceMs: number;
  /** Makes the result of a pair, or of a row that stays alone. */
  readonly select: (left: LeftOf<Kind, L>, right: RightOf<Kind, R>, pairing: WindowPairing) => Out;
}

/**
 * Pairs all rows of two streams that have one key and lie in the same tumbling window. A pair is emitted as soon as
 * both rows are there; a row that stays alone, where the kind wants it, once, when the window closes. All results have
 * the event time end - 1, so that they fall into the window they came from. Once its window has closed, a row is late.
 *
 * @throws DefinitionError if the size is no positive duration or the grace is negative
 */
export function windowJoin<Kind extends JoinKind, L, R, Out>(
  options: WindowJoinOptions<Kind, L, R, Out>,
): OperatorDefinition {
  const { kind } = options;
  const sizeMs = positiveDurationMs(options.sizeMs, 'size of a window join');
  const graceMs = nonNegativeDurationMs(options.graceMs, 'grace of a window join');
  const reachOf = windowReach(sizeMs, graceMs);
  return {
    kind: 'window-join',
    shape: `window-join ${kind} ${formatDuration(sizeMs)}`,
    does: `${kind} join in tumbling ${formatDuration(sizeMs)}, grace ${formatDuration(graceMs)}`,
    keeps: 'each row of both sides until its window closes',
    horizonMs: sizeMs + graceMs,
    // A pair is emitted while W < end + grace; a row alone when W reaches it, and the next operator moves after that.
    delayMs: graceMs,
    results: 'events',
    create: () => new StreamJoin(kind, reachOf, options.select as SelectRows),
  };
}
