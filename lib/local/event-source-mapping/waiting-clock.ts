import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../time/clock.ts';

/** A clock that can also be waited on. */
export interface WaitingClock extends Clock {
  /** Resolves after `ms` milliseconds, or as soon as `signal` is aborted; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const SYSTEM_CLOCK: WaitingClock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(Math.max(0, ms), undefined, { signal }).catch(() => undefined),
};
