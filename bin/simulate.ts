import { parseArgs } from 'node:util';
import {
  aggregatedWorkload,
  lookupsWorkload,
  ordersWorkload,
  runMutants,
  runSeeds,
  stagesWorkload,
  type Workload,
} from 'millrace/testing';

const USAGE = `usage: npm run simulate -- [--seeds N] [--from SEED] [--workload orders|stages|lookups|aggregated]
       npm run simulate -- --seed SEED [--only k3f9a,1x0,…]
       npm run simulate:mutants -- [--seeds N]

  --seeds N     how many seeds to run (default 1000), or to try for each mutant (default 300)
  --from SEED   the first of them (default 1)
  --seed SEED   run this one alone and print its faults
  --only LIST   of its faults, inject those with these names alone
  --workload    orders: one stage, with records that are late, poison or no records (default)
                stages: two sources that meet, and results keyed anew
                lookups: entries that look up a table which says something else each time
                aggregated: the orders of the first, several in one record
  --mutants     break the protocol on purpose, in one way after the other, and see that some seed notices`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    only: { type: 'string' },
    workload: { type: 'string', default: 'orders' },
    mutants: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`--${name} is "${text}"; it must be a whole number, for example 1000`);
}

const WORKLOADS: Readonly<Record<string, Workload>> = {
  orders: ordersWorkload,
  stages: stagesWorkload,
  lookups: lookupsWorkload,
  aggregated: aggregatedWorkload,
};

function workloadOf(name: string): Workload {
  const workload = WORKLOADS[name];
  if (workload !== undefined) return workload;
  throw new RangeError(`--workload is "${name}"; there are ${Object.keys(WORKLOADS).join(', ')}`);
}

const print = (line: string): void => console.log(line);

if (values.help) print(USAGE);
else if (values.mutants) {
  process.exitCode = (await runMutants({ seeds: whole('seeds', values.seeds ?? '300'), print })) ? 0 : 1;
} else {
  const single = values.seed === undefined ? undefined : whole('seed', values.seed);
  process.exitCode = (await runSeeds({
    workload: workloadOf(values.workload),
    workloadName: values.workload,
    from: single ?? whole('from', values.from),
    seeds: single === undefined ? whole('seeds', values.seeds ?? '1000') : 1,
    isVerbose: single !== undefined,
    only: values.only?.split(','),
    print,
    now: () => performance.now(),
  }))
    ? 0
    : 1;
}
