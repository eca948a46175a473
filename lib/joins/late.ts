import type { Event, Late, LateEvent } from '../model/index.ts';

/** What a join refuses: the value, by how much it missed, and the event time [start, end) its partners could have had. */
export function lateEvent(
  event: Event,
  watermark: number,
  partners: { start: number; end: number },
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
