import type { WaitingClock } from '../../../lib/local/event-source-mapping/index.ts';

interface Sleeper {
  readonly wakesAt: number;
  readonly wake: () => void;
}

/** A clock that begins at 0 and moves on when everybody waits for it, to whoever wakes first. */
export function virtualClock(onMove: (now: number) => void = () => {}): WaitingClock {
  let now = 0;
  let sleepers: readonly Sleeper[] = [];
  let isMoving = false;

  function moveOn(): void {
    const [first] = sleepers.toSorted((a, b) => a.wakesAt - b.wakesAt);
    isMoving = first !== undefined;
    if (first === undefined) return;
    now = Math.max(now, first.wakesAt);
    first.wake();
    onMove(now);
    // By then whoever was woken has done all it can do at this moment.
    setImmediate(moveOn);
  }

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const wake = (): void => {
          sleepers = sleepers.filter((each) => each !== sleeper);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper: Sleeper = { wakesAt: now + Math.max(1, ms), wake };
        sleepers = [...sleepers, sleeper];
        signal.addEventListener('abort', wake);
        if (!isMoving) setImmediate(moveOn);
        isMoving = true;
      }),
  };
}

/** A signal that is never aborted. */
export const FOREVER: AbortSignal = new AbortController().signal;
