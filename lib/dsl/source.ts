import { DefinitionError } from '../model/index.ts';
import {
  nonNegativeDurationMs,
  positiveDurationMs,
  type DurationInput,
  type TimestampInput,
} from '../time/index.ts';
import type { Schema, SchemaOutput } from './schema.ts';

/** When a record happened, and how much disorder its stream has: the one place where a pipeline's time is set. */
export interface TimeOptions<T> {
  /**
   * Reads the event time of a record: milliseconds since the Unix epoch (seconds would be in 1970), a `Date`, or ISO 8601
   * text with its zone; or `'arrival'` for the time the stream took it.
   */
  readonly timestamp: 'arrival' | ((value: T) => TimestampInput);
  /**
   * How far records may lie behind the newest one and still be waited for.
   * @default 0: the stream is in order
   */
  readonly outOfOrder?: DurationInput;
  /**
   * How far a record's time may lie ahead of its arrival. One beyond never moves event time; it is late with the
   * reason `ahead-of-arrival`, so a single broken clock can't close every window.
   * @default 1 hour
   */
  readonly maxSkew?: DurationInput;
  /**
   * How long the stream must be silent before ticks move event time on, so that its last windows close. A record that
   * comes after all may then be late, with the reason `idle-advance`.
   * @default 1 minute
   */
  readonly idleAfter?: DurationInput;
}

/** A source as it is declared: what its records look like and when they happened. */
export interface SourceSpec<T> {
  readonly schema: Schema;
  readonly timestamp: 'arrival' | ((value: T) => TimestampInput);
  readonly outOfOrderMs: number;
  readonly maxSkewMs: number;
  readonly idleAfterMs: number;
  /** It has the changes of a table; absent for a stream of records. */
  readonly of?: 'table';
  /** Whether a record, parsed and not yet checked, is none of this source's. */
  readonly passesOver?: (parsed: unknown) => boolean;
}

const DEFAULT_MAX_SKEW = '1 hour';
const DEFAULT_IDLE_AFTER = '1 minute';

/**
 * A stream of JSON records that a schema checks and types. A record that is no JSON, fails the schema or has no
 * timestamp goes to the dead letters with its position and the reason; the others go on.
 * @throws DefinitionError if there is no schema or a duration makes no sense
 */
export function source<S extends Schema>(
  schema: S,
  time: TimeOptions<SchemaOutput<S>>,
): SourceSpec<SchemaOutput<S>> {
  if (typeof schema?.['~standard']?.validate !== 'function') {
    throw new DefinitionError(
      `source was given "${typeof schema}" as its schema; give a Standard Schema, for example z.object({ … })`,
    );
  }
  if (time.timestamp !== 'arrival' && typeof time.timestamp !== 'function') {
    throw new DefinitionError(
      `timestamp of a source is "${String(time.timestamp)}"; give 'arrival' or a function such as (order) => order.placedAt`,
    );
  }
  return Object.freeze({
    schema,
    timestamp: time.timestamp,
    outOfOrderMs: nonNegativeDurationMs(time.outOfOrder ?? 0, 'outOfOrder of a source'),
    maxSkewMs: nonNegativeDurationMs(time.maxSkew ?? DEFAULT_MAX_SKEW, 'maxSkew of a source'),
    idleAfterMs: positiveDurationMs(time.idleAfter ?? DEFAULT_IDLE_AFTER, 'idleAfter of a source'),
  });
}
