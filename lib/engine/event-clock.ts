import type { HashRange } from './ports.ts';
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
  /** Of keys that were taken over from a shard that was further; none once the watermark has reached them. */
  readonly floors?: readonly Floor[];
}

/** For keys with these hashes no event before this is expected any more, and what was said of them is said for good. */
export interface Floor extends HashRange {
  readonly watermark: number;
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

/** A task that another goes on for, and the keys it had, if that is known. */
export interface Predecessor {
  readonly time: EventTime;
  readonly range: HashRange | undefined;
}

/**
 * The time of a task that goes on for several others: of the one that is furthest behind. Keys of the others stay where
 * they are, or their windows would open again. Of shards of a source, one without a record that counts says nothing of
 * time: with it, the child couldn't tell silence from the beginning, and would never close what the others left open.
 */
export function earliestOf(predecessors: readonly Predecessor[]): EventTime {
  const times = predecessors.map(({ time }) => time);
  const begun = times.filter(({ newest }) => newest > Number.NEGATIVE_INFINITY);
  const earliest = (begun.length === 0 ? times : begun).reduce(
    (first, time) => (time.watermark < first.watermark ? time : first),
    END_OF_TIME,
  );
  const producers = earliestProducers(times.map((time) => time.producers));
  const floors = predecessors.flatMap(({ time: { watermark, floors: known = [] }, range }) =>
    range === undefined ? known : [...known, { ...range, watermark }],
  );
  return withoutReached({ ...earliest, ...(producers !== undefined && { producers }), floors });
}

/** Without the floors that the watermark has reached. */
export function withoutReached(time: EventTime): EventTime {
  if (time.floors === undefined) return time;
  const { floors, ...rest } = time;
  const ahead = floors.filter(({ watermark }) => watermark > time.watermark);
  return ahead.length === 0 ? rest : { ...rest, floors: ahead };
}

/** Event time after a record with this timestamp, in a stream with this much disorder. It never goes back. */
export function advanced(
  time: EventTime,
  timestamp: number,
  arrival: number,
  { outOfOrderMs }: TimeRules,
): EventTime {
  const newest = Math.max(time.newest, timestamp);
  const watermark = Math.max(time.watermark, newest - outOfOrderMs);
  const { floors } = time;
  const moved = { newest, watermark, arrival: Math.max(time.arrival, arrival) };
  return floors === undefined ? moved : { ...moved, floors };
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
