import type { Event, Late, LateEvent } from '../model/index.ts';

/**
 * What a join refuses: the value, by how much it missed, and the event time [start, end) its partners could have had.
 * Where it isn't said that is the event's own instant.
 */
export function lateEvent(
  event: Event,
  watermark: number,
  partners = { start: event.timestamp, end: event.timestamp + 1 },
): LateEvent {
  const { key, value, timestamp, isAhead } = event;
  const late: Late<unknown> = {
    value,
    timestamp,
    watermark,
    lateBy: watermark - timestamp,
    reason: isAhead ? 'ahead-of-arrival' : 'behind-watermark',
    windowStart: partners.start,
    windowEnd: partners.end,
  };
  return { value: late, timestamp, ...(key !== undefined && { key }) };
}
