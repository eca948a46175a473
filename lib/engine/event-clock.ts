/** Where event time stands in a task; part of its state. */
export interface EventTime {
  /** The newest timestamp seen, or `-Infinity`. */
  readonly newest: number;
  /** No event before this is expected any more. */
  readonly watermark: number;
}

export const BEGINNING_OF_TIME: EventTime = {
  newest: Number.NEGATIVE_INFINITY,
  watermark: Number.NEGATIVE_INFINITY,
};

export const END_OF_TIME: EventTime = {
  newest: Number.POSITIVE_INFINITY,
  watermark: Number.POSITIVE_INFINITY,
};

/** The time of a task that goes on for several others: of the one that is furthest behind. */
export function earliestOf(times: readonly EventTime[]): EventTime {
  return times.reduce(
    (earliest, time) => (time.watermark < earliest.watermark ? time : earliest),
    END_OF_TIME,
  );
}

/** Event time after a record with this timestamp, in a stream with this much disorder. It never goes back. */
export function advanced(time: EventTime, timestamp: number, outOfOrderMs: number): EventTime {
  if (timestamp <= time.newest) return time;
  return { newest: timestamp, watermark: Math.max(time.watermark, timestamp - outOfOrderMs) };
}
