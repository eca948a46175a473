import { engineOnly, Invoker, journaled, type RunResult, type Workload } from './journal-run.ts';
import { ordersPer, Shard } from './journal-workload.ts';
import { sumOf } from './metered-store.ts';

/**
 * What the journal costs: write units and bytes for 1,000 records beside a design with an item for each key,
 * milliseconds it adds to a warm invocation beside what the operators take, and the time to restore a large task.
 * With `--json`, as JSON.
 */
interface Scenario extends Workload {
  readonly windows: string;
}

const BYTES_PER_KB = 1024;
const minute = { pipeline: ordersPer('1 minute'), windows: '1 minute', hasEveryKey: false };
const hour = { pipeline: ordersPer('1 hour'), windows: '1 hour', hasEveryKey: true };
const scenarios: readonly Scenario[] = [
  { ...minute, keys: 100 },
  { ...minute, keys: 10_000 },
  { ...minute, keys: 1_000_000 },
  { ...hour, keys: 1_000_000 },
];
const commits = [
  { commit: 'each batch', windowSeconds: undefined },
  { commit: '10 s', windowSeconds: 10 },
  { commit: '60 s', windowSeconds: 60 },
];

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function figuresOf(
  { records, written, dirtyKeys, resultUnits, largestTailBytes, addedMs }: RunResult,
  engineMs: readonly number[],
): Record<string, number> {
  const thousands = records / 1000;
  const figures = {
    'journal WRU': written.entryUnits / thousands,
    'journal KB': written.entryBytes / BYTES_PER_KB / thousands,
    'checkpoint WRU': written.checkpointUnits / thousands,
    'checkpoint KB': written.checkpointBytes / BYTES_PER_KB / thousands,
    'naive WRU': dirtyKeys / thousands,
    'results WRU': resultUnits / thousands,
    'tail KB': largestTailBytes / BYTES_PER_KB,
    'engine p50 ms': quantile(engineMs, 0.5),
    'added p50 ms': quantile(addedMs, 0.5),
    'added p99 ms': quantile(addedMs, 0.99),
    'added max ms': Math.max(...addedMs),
    'added/engine': sumOf(addedMs) / sumOf(engineMs),
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, rounded(value)]));
}

/** How long the first invocation of a cold sandbox takes, with a batch of one record. */
async function restore(invoker: Invoker, keys: number): Promise<Record<string, number>> {
  const batch = new Shard(1).batch();
  invoker.restart();
  const begun = performance.now();
  await invoker.invoke(batch.slice(0, 1));
  const restoreMs = rounded(performance.now() - begun);
  const checkpointMb = rounded(invoker.store.latestCheckpointBytes / BYTES_PER_KB ** 2);
  return { keys, 'checkpoint MB': checkpointMb, 'restore ms': restoreMs };
}

engineOnly({ ...minute, keys: 100 });
await journaled(
  new Invoker(minute.pipeline, 10),
  { ...minute, keys: 100 },
  engineOnly({ ...minute, keys: 100 }),
);
const runs: Record<string, number | string>[] = [];
const restored: Record<string, number | string>[] = [];
for (const { windows, ...workload } of scenarios) {
  const engineMs = engineOnly(workload);
  for (const { commit, windowSeconds } of commits) {
    if (workload.hasEveryKey && windowSeconds === 10) continue;
    const invoker = new Invoker(workload.pipeline, windowSeconds);
    const result = await journaled(invoker, workload, engineMs);
    if (workload.hasEveryKey) restored.push({ commit, ...(await restore(invoker, workload.keys)) });
    runs.push({ windows, keys: workload.keys, commit, ...figuresOf(result, engineMs) });
  }
}
const peakMemoryMb = Math.round(process.resourceUsage().maxRSS / BYTES_PER_KB);
if (process.argv.includes('--json'))
  console.log(JSON.stringify({ runs, restored, peakMemoryMb }, undefined, 2));
else {
  console.log('For each 1,000 records, at 500 records a batch and 5 batches a second:');
  console.table(runs);
  console.log('A cold sandbox:');
  console.table(restored);
  console.log(`peak memory ${peakMemoryMb} MB`);
}
