import type { InjectedFault } from './faults.ts';
import { idsOf, shrink } from './shrink.ts';
import { simulate, type SimulationResult, type Workload } from './simulate.ts';

export interface SeedsOptions {
  readonly workload: Workload;
  /** What the command calls it. */
  readonly workloadName: string;
  readonly from: number;
  readonly seeds: number;
  readonly only: readonly string[] | undefined;
  /** Print the faults of every run. */
  readonly isVerbose: boolean;
  readonly print: (line: string) => void;
  /** Milliseconds, for the rate that is printed; the runs themselves know no time. */
  readonly now: () => number;
}

const REPORT_EVERY = 500;

/**
 * Simulates seed after seed, and stops at the first that fails: with its seed, the reason, as few faults as it needs, and
 * the command that repeats it.
 * @returns whether none failed
 */
export async function runSeeds({
  workload,
  workloadName,
  from,
  seeds,
  only,
  isVerbose,
  print,
  now,
}: SeedsOptions): Promise<boolean> {
  const counts = new Map<string, number>();
  const startedAt = now();
  for (let seed = from; seed < from + seeds; seed += 1) {
    const options = { seed, ...(only !== undefined && { only }) };
    const result = await simulate(workload, options);
    for (const { name } of result.faults) counts.set(name, (counts.get(name) ?? 0) + 1);
    if (isVerbose) printFaults(result.faults, print);
    if (result.failure !== undefined) {
      print(`seed ${seed} failed with ${result.faults.length} faults: ${result.failure}`);
      printFailure(await shrink(workload, result, options), workloadName, print);
      return false;
    }
    const done = seed - from + 1;
    if (done % REPORT_EVERY === 0 && done < seeds) print(progress(done, seeds, now() - startedAt));
  }
  print(progress(seeds, seeds, now() - startedAt));
  for (const [name, count] of [...counts].toSorted(([, a], [, b]) => b - a)) {
    print(`${String(count).padStart(10)}  ${name}`);
  }
  return true;
}

function printFailure(
  { seed, failure, faults }: SimulationResult,
  workload: string,
  print: (line: string) => void,
): void {
  print(`it still fails with ${faults.length}: ${failure}`);
  printFaults(faults, print);
  print(
    `repeat it with: npm run simulate -- --workload ${workload} --seed ${seed} --only ${idsOf(faults).join(',')}`,
  );
}

function printFaults(faults: readonly InjectedFault[], print: (line: string) => void): void {
  for (const { id, step, name, detail } of faults) {
    print(`  ${id.padStart(7)} at step ${String(step).padStart(3)}: ${name}${detail && ` (${detail})`}`);
  }
}

function progress(done: number, seeds: number, elapsedMs: number): string {
  const seconds = elapsedMs / 1000;
  return `${done} of ${seeds} seeds passed, ${(done / seconds).toFixed(0)} a second`;
}
