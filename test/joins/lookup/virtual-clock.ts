import type { LookupClock } from '../../../lib/joins/index.ts';

/** Time that stands still until everybody sleeps, then jumps to the first who wakes. */
export class VirtualClock implements LookupClock {
  #now = 0;
  #sleepers: { readonly at: number; wake(): void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = { at: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      });
    });
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  /** Lets time pass until this is settled. */
  async run<T>(task: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    task.then(settle, settle);
    for (;;) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      if (isSettled) return task;
      const [next, ...others] = this.#sleepers.toSorted((a, b) => a.at - b.at);
      if (next === undefined) throw new Error('everything waits, and nobody for time');
      this.#sleepers = others;
      this.#now = next.at;
      next.wake();
    }
  }
}
