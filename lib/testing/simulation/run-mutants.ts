import type { Mutate } from './broken-world.ts';
import { MUTANTS, SHUFFLE_MUTANTS } from './mutants.ts';
import { ordersWorkload } from './orders-workload.ts';
import { simulate, type Workload } from './simulate.ts';
import { stagesWorkload } from './stages-workload.ts';

/**
 * Runs every mutant until a seed notices it.
 * @returns whether all were noticed
 */
export async function runMutants({
  seeds,
  print,
}: {
  readonly seeds: number;
  readonly print: (line: string) => void;
}): Promise<boolean> {
  const survivors: string[] = [];
  const all = [
    ...Object.entries(MUTANTS).map(([name, mutate]) => ({ name, mutate, workload: ordersWorkload })),
    ...Object.entries(SHUFFLE_MUTANTS).map(([name, mutate]) => ({ name, mutate, workload: stagesWorkload })),
  ];
  for (const { name, mutate, workload } of all) {
    const caught = await firstFailure(mutate, seeds, workload);
    print(
      caught === undefined
        ? `SURVIVED ${seeds} seeds: ${name}`
        : `seed ${String(caught.seed).padStart(3)} noticed: ${name}`,
    );
    if (caught === undefined) survivors.push(name);
    else print(`           ${caught.failure?.slice(0, 160)}`);
  }
  print(`${all.length - survivors.length} of ${all.length} mutants were noticed`);
  return survivors.length === 0;
}

async function firstFailure(
  mutate: Mutate,
  seeds: number,
  workload: Workload,
): Promise<{ readonly seed: number; readonly failure: string | undefined } | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { failure } = await simulate(workload, { seed, mutate });
    if (failure !== undefined) return { seed, failure };
  }
  return undefined;
}
