import type { Event, LateEvent, LateReason } from './event.ts';

/**
 * An event that an operator without windows refuses, for its late stream: the value, by how much it missed, and why.
 * Its window is its own instant.
 */
export function lateEvent(
  { key, value, timestamp, isAhead, isOvertaken }: Event,
  watermark: number,
): LateEvent {
  const reason: LateReason = isAhead ? 'ahead-of-arrival' : isOvertaken ? 'idle-advance' : 'behind-watermark';
  return {
    value: {
      value,
      timestamp,
      watermark,
      lateBy: watermark - timestamp,
      reason,
      windowStart: timestamp,
      windowEnd: timestamp + 1,
    },
    timestamp,
    ...(key !== undefined && { key }),
  };
}
