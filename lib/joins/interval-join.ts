import { DefinitionError, type OperatorDefinition } from '../model/index.ts';
import { durationMs, formatDuration, nonNegativeDurationMs } from '../time/index.ts';
import { standsAlone, type JoinKind, type LeftOf, type RightOf } from './join-kind.ts';
import { intervalReach } from './reach.ts';
import { StreamJoin, type Pairing, type SelectRows } from './stream-join.ts';

/** Which rows an interval join pairs, and what it makes of them. */
export interface IntervalJoinOptions<Kind extends JoinKind, L, R, Out> {
  readonly kind: Kind;
  /** How far before a left row its partners may lie, in ms of event time, inclusive. Negative: they lie after it. */
  readonly beforeMs: number;
  /** How far after a left row its partners may lie, in ms of event time, inclusive. Negative: they lie before it. */
  readonly afterMs: number;
  /** How far behind the watermark a row may be and still take part. It delays rows that stay alone. */
  readonly graceMs: number;
  /** Makes the result of a pair, or of a row that stays alone. */
  readonly select: (left: LeftOf<Kind, L>, right: RightOf<Kind, R>, pairing: Pairing) => Out;
}

/**
 * Pairs rows of two streams that have one key and lie close to each other in event time:
 * `left - before <= right <= left + after`. A pair is emitted as soon as both rows are there, with the later of their
 * timestamps. A row that stays alone is emitted, where the kind wants it, once, with its own timestamp, when no partner
 * can come any more: when the watermark has passed its last possible partner and the grace.
 *
 * Rows are a bag: a row that comes twice is joined twice. A row behind its grace goes to the late output; the results
 * are exactly the SQL join of all the others.
 *
 * @throws DefinitionError if `before + after` is negative, or a duration is no whole number of milliseconds
 */
export function intervalJoin<Kind extends JoinKind, L, R, Out>(
  options: IntervalJoinOptions<Kind, L, R, Out>,
): OperatorDefinition {
  const { kind } = options;
  const beforeMs = durationMs(options.beforeMs, 'before of an interval join');
  const afterMs = durationMs(options.afterMs, 'after of an interval join');
  const graceMs = nonNegativeDurationMs(options.graceMs, 'grace of an interval join');
  if (beforeMs + afterMs < 0) {
    throw new DefinitionError(
      `interval join reaches from ${-beforeMs} ms to ${afterMs} ms around a left row, which holds no instant; ` +
        'before + after must be 0 ms or more',
    );
  }
  const reachOf = intervalReach(beforeMs, afterMs, graceMs);
  // What is emitted at own watermark W must not lie before W - delay, where the next operator stands then.
  // - A pair: the row that completes it was accepted, so its timestamp, and all the more the later of the two, is
  //   >= W - grace.
  // - A row alone at t goes when W reaches t + reach + grace + 1. The next operator moves after this one, so it stands
  //   at most at t + reach + grace - delay. Where reach < 0 the row may go at once: accepted, so t >= W - grace.
  const delayMs =
    graceMs + Math.max(0, standsAlone(kind, 'left') ? afterMs : 0, standsAlone(kind, 'right') ? beforeMs : 0);
  return {
    kind: 'interval-join',
    shape: `interval-join ${kind}`,
    does: `${kind} join, right ${describeReach(beforeMs, afterMs)} left, grace ${formatDuration(graceMs)}`,
    keeps: 'each row of both sides until no partner can come any more',
    horizonMs: Math.max(0, beforeMs, afterMs) + graceMs,
    delayMs,
    results: 'events',
    // The types of rows end here: state holds what the signature above has checked.
    create: () => new StreamJoin(kind, reachOf, options.select as SelectRows),
  };
}

/** `from 1 minute before to 1 hour after`, `from 1 minute to 1 hour after`. */
function describeReach(beforeMs: number, afterMs: number): string {
  const [before, after] = [Math.abs(beforeMs), Math.abs(afterMs)].map(formatDuration);
  if (beforeMs < 0) return `from ${before} to ${after} after`;
  if (afterMs < 0) return `from ${before} to ${after} before`;
  return `from ${before} before to ${after} after`;
}
