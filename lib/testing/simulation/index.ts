export { FAULTS, type FaultName, type InjectedFault } from './faults.ts';
export { lookupsWorkload } from './lookups-workload.ts';
export { firstFailure, MUTANTS, runMutants } from './mutants.ts';
export { ordersWorkload } from './orders-workload.ts';
export { stagesWorkload } from './stages-workload.ts';
export { runSeeds } from './run-seeds.ts';
export { shrink } from './shrink.ts';
export { simulate, type SimulationOptions, type SimulationResult, type Workload } from './simulate.ts';
export { hashKeyOf, type ShardHistory, type SimulatedRecord } from './stream-history.ts';
