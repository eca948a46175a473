import { DefinitionError } from '../model/errors.ts';

const UNIT_MS = {
  millis: 1,
  millisecond: 1,
  milliseconds: 1,
  second: 1_000,
  seconds: 1_000,
  minute: 60_000,
  minutes: 60_000,
  hour: 3_600_000,
  hours: 3_600_000,
  day: 86_400_000,
  days: 86_400_000,
} as const;

type Unit = keyof typeof UNIT_MS;

/** A length of time as it is written in a pipeline: `'5 minutes'`, or a number of milliseconds. */
export type DurationInput = number | `${number} ${Unit}`;

const SHAPE = /^(-?\d+(?:\.\d+)?) ([a-z]+)$/;

/**
 * Milliseconds of a duration, for the option called `what` in the message when it can't be read.
 * @throws DefinitionError if the text is no duration, or it is not a whole, finite number of milliseconds
 */
export function durationMs(input: DurationInput, what: string): number {
  const ms = typeof input === 'number' ? input : parse(input);
  if (ms !== undefined && Number.isSafeInteger(ms)) return ms;
  throw new DefinitionError(
    `${what} is "${String(input)}", which is not a duration; write whole milliseconds or a text such as ` +
      `'90 seconds', '5 minutes', '1 hour', '7 days'`,
  );
}

/** As `durationMs`, and refuses zero and below. */
export function positiveDurationMs(input: DurationInput, what: string): number {
  const ms = durationMs(input, what);
  if (ms > 0) return ms;
  throw new DefinitionError(`${what} is ${ms} ms; it must be longer than 0 ms, for example '1 minute'`);
}

/** As `durationMs`, and refuses what is below zero. */
export function nonNegativeDurationMs(input: DurationInput, what: string): number {
  const ms = durationMs(input, what);
  if (ms >= 0) return ms;
  throw new DefinitionError(`${what} is ${ms} ms; it must be 0 ms or longer, for example '10 seconds'`);
}

/** A length of time as a person writes it, in the largest unit that divides it: `5 minutes`. */
export function formatDuration(ms: number): string {
  const units = ['day', 'hour', 'minute', 'second'] as const;
  const unit = ms === 0 ? undefined : units.find((name) => ms % UNIT_MS[name] === 0);
  if (unit === undefined) return `${ms} ms`;
  const amount = ms / UNIT_MS[unit];
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}

function parse(text: string): number | undefined {
  const [, amount, unit] = SHAPE.exec(text) ?? [];
  if (amount === undefined || unit === undefined || !isUnit(unit)) return undefined;
  return Number(amount) * UNIT_MS[unit];
}

function isUnit(text: string): text is Unit {
  return Object.hasOwn(UNIT_MS, text);
}
