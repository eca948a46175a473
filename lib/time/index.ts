export type { Clock } from './clock.ts';
export {
  durationMs,
  formatDuration,
  nonNegativeDurationMs,
  positiveDurationMs,
  type DurationInput,
} from './duration.ts';
export { floorMod } from './floor-mod.ts';
export { timestampMs, type TimestampInput } from './timestamp.ts';
