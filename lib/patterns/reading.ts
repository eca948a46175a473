import type { Captures, PatternStep } from './pattern-step.ts';

/** An event that is being matched. */
export interface Matching {
  /** Its number among the events that partial matches hold. */
  readonly ordinal: number;
  readonly value: unknown;
}

/**
 * One way to read the events of a key since one that may begin a match: which events each step has taken. The last step
 * is the one it is at.
 */
export interface Reading {
  /** For each step so far the ordinals of its events. */
  readonly taken: readonly (readonly number[])[];
  /** Something has come that rules out going on from the last event taken; only a further event of the step helps. */
  readonly isBlocked: boolean;
}

/** What `ordinal` begins. */
export function begun(ordinal: number): Reading {
  return { taken: [[ordinal]], isBlocked: false };
}

/**
 * What becomes of a reading by an event: no reading if the event rules it out, two if the event fits both the next step
 * and the one it is at, then in that order. An event is skipped only if it fits neither.
 */
export function advance(
  steps: readonly PatternStep[],
  reading: Reading,
  { ordinal, value }: Matching,
  soFar: Captures,
): readonly Reading[] {
  const { taken, isBlocked } = reading;
  const step = stepOf(steps, reading);
  const next = steps[taken.length];
  const mayGoOn = isSatisfied(steps, reading) && !isBlocked;
  const canTakeMore = takenNow(reading).length < step.atMost;
  const ways: Reading[] = [];
  if (next !== undefined && mayGoOn && next.where(value, soFar)) {
    ways.push({ taken: [...taken, [ordinal]], isBlocked: false });
  }
  if (canTakeMore && step.where(value, soFar)) {
    ways.push({ taken: [...taken.slice(0, -1), [...takenNow(reading), ordinal]], isBlocked: false });
  }
  if (ways.length > 0) return ways;
  const blocks =
    mayGoOn && (next?.contiguity === 'strict' || step.forbidden.some((where) => where(value, soFar)));
  if (!blocks) return [reading];
  return canTakeMore ? [{ taken, isBlocked: true }] : [];
}

/** Nothing more can be taken, and nothing is waited for: the match is there with its last event. */
export function isComplete(steps: readonly PatternStep[], reading: Reading): boolean {
  const step = stepOf(steps, reading);
  return (
    reading.taken.length === steps.length &&
    takenNow(reading).length === step.atMost &&
    step.forbidden.length === 0
  );
}

/** When its time is over, it is a match. */
export function isMatchAtEnd(steps: readonly PatternStep[], reading: Reading): boolean {
  return reading.taken.length === steps.length && isSatisfied(steps, reading) && !reading.isBlocked;
}

/** The ordinal of the last event taken. */
export function lastOf(reading: Reading): number {
  return takenNow(reading).at(-1) ?? Number.NaN;
}

function isSatisfied(steps: readonly PatternStep[], reading: Reading): boolean {
  return takenNow(reading).length >= stepOf(steps, reading).atLeast;
}

function takenNow({ taken }: Reading): readonly number[] {
  return taken.at(-1) ?? [];
}

function stepOf(steps: readonly PatternStep[], { taken }: Reading): PatternStep {
  const step = steps[taken.length - 1];
  if (step === undefined)
    throw new RangeError(`a partial match is at step ${taken.length} of ${steps.length}`);
  return step;
}
