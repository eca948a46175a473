import type { InjectedFault } from './faults.ts';
import { simulate, type SimulationOptions, type SimulationResult, type Workload } from './simulate.ts';

const MOST_RUNS = 2_000;

/**
 * Leaves out as many faults of a failing run as can be left out while it still fails: halves first, then quarters, down
 * to single ones.
 */
export async function shrink(
  workload: Workload,
  failing: SimulationResult,
  options: SimulationOptions,
): Promise<SimulationResult> {
  let smallest = failing;
  let runs = 0;
  for (
    let size = Math.ceil(failing.faults.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let start = 0; start < smallest.faults.length && runs < MOST_RUNS; runs += 1) {
      const kept = smallest.faults.toSpliced(start, size);
      const attempt = await simulate(workload, { ...options, only: idsOf(kept) });
      if (attempt.failure === undefined) start += size;
      else smallest = attempt;
    }
  }
  return smallest;
}

export function idsOf(faults: readonly InjectedFault[]): readonly string[] {
  return faults.map(({ id }) => id);
}
