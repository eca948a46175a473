import { earliestProducers, type Producers } from './producers.ts';

/** Where event time stands in a task; part of its state. */
export interface EventTime {
  /** The newest timestamp seen, or `-Infinity`. */
  readonly newest: number;
  /** No event before this is expected any more. */
  readonly watermark: number;
  /** When the last record with data arrived, or `-Infinity`. */
  readonly arrival: number;
  /** Behind a shuffle: how far the tasks before it have got. */
  readonly producers?: Producers;
}

/** How a stage's event time moves, in ms. */
export interface TimeRules {
  readonly outOfOrderMs: number;
  readonly idleAfterMs: number;
}

export const BEGINNING_OF_TIME: EventTime = {
  newest: Number.NEGATIVE_INFINITY,
  watermark: Number.NEGATIVE_INFINITY,
  arrival: Number.NEGATIVE_INFINITY,
};

export const END_OF_TIME: EventTime = {
  newest: Number.POSITIVE_INFINITY,
  watermark: Number.POSITIVE_INFINITY,
  arrival: Number.POSITIVE_INFINITY,
};

/** The time of a task that goes on for several others: of the one that is furthest behind. */
export function earliestOf(times: readonly EventTime[]): EventTime {
  const earliest = times.reduce(
    (first, time) => (time.watermark < first.watermark ? time : first),
    END_OF_TIME,
  );
  const producers = earliestProducers(times.flatMap((time) => time.producers ?? []));
  return producers === undefined ? earliest : { ...earliest, producers };
}

/** Event time after a record with this timestamp, in a stream with this much disorder. It never goes back. */
export function advanced(
  time: EventTime,
  timestamp: number,
  arrival: number,
  { outOfOrderMs }: TimeRules,
): EventTime {
  const newest = Math.max(time.newest, timestamp);
  return {
    newest,
    watermark: Math.max(time.watermark, newest - outOfOrderMs),
    arrival: Math.max(time.arrival, arrival),
  };
}

/** A record whose timestamp doesn't count still shows that the stream isn't idle. */
export function alive(time: EventTime, arrival: number): EventTime {
  return arrival > time.arrival ? { ...time, arrival } : time;
}

/**
 * Event time after a tick: if no record has come for `idleAfter`, it moves on as fast as the ticks arrive, that much
 * behind. So the last windows of a stream that fell silent close. It is a guess: a record that comes later after all may
 * find its window closed. Reading an old log again gives the same, as only arrival times are compared.
 */
export function ticked(
  time: EventTime,
  arrival: number,
  { outOfOrderMs, idleAfterMs }: TimeRules,
): EventTime {
  const silentMs = arrival - time.arrival;
  if (!Number.isFinite(silentMs) || silentMs < idleAfterMs) return time;
  const watermark = time.newest - outOfOrderMs + silentMs - idleAfterMs;
  return watermark > time.watermark ? { ...time, watermark } : time;
}

/** Whether only silence, not a newer record, has moved time beyond this timestamp. */
export function isOvertaken(
  { newest, watermark }: EventTime,
  timestamp: number,
  { outOfOrderMs }: TimeRules,
): boolean {
  const certain = newest - outOfOrderMs;
  return watermark > certain && timestamp >= certain;
}
