import type { DeploymentEvent, LambdaFunction } from 'millrace/local';

export interface Killer {
  /** Whose processes to kill. */
  watch(functions: readonly LambdaFunction[]): void;
  onEvent(event: DeploymentEvent): void;
  kills(): number;
  summary(): string;
}

const LONGEST_WAIT_MS = 100;

/** Kills a process of the handler in the middle of every n-th batch; none without `every`. */
export function killer(every: number | undefined): Killer {
  let functions: readonly LambdaFunction[] = [];
  let batches = 0;
  let kills = 0;
  let failures = 0;
  return {
    watch: (watched) => (functions = watched),
    onEvent: (event) => {
      if (event.kind === 'batch-failed') failures += 1;
      if (event.kind !== 'batch-started') return;
      batches += 1;
      if (every === undefined || batches % every !== 0) return;
      // A moment later the handler is at work: somewhere between reading its state and answering.
      setTimeout(() => {
        const busy = functions
          .flatMap(({ sandboxes }) => sandboxes)
          .filter(({ status }) => status === 'busy');
        const victim = busy[Math.floor(Math.random() * busy.length)];
        if (victim === undefined) return;
        victim.kill();
        kills += 1;
      }, Math.random() * LONGEST_WAIT_MS);
    },
    kills: () => kills,
    summary: () =>
      `${batches} batches, ${kills} processes killed, ${failures} batches failed and were delivered again`,
  };
}
