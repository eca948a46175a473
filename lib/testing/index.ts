export { aggregated, type TestUserRecord } from './aggregated.ts';
export { MemoryJournalStore } from './memory-journal-store.ts';
export { MemorySinks, type SinkChange } from './memory-sinks.ts';
export { randomFrom, type Random } from './random.ts';
export {
  aggregatedWorkload,
  FAULTS,
  hashKeyOf,
  lookupsWorkload,
  ordersWorkload,
  runMutants,
  runSeeds,
  shrink,
  simulate,
  stagesWorkload,
  type FaultName,
  type InjectedFault,
  type ShardHistory,
  type SimulatedRecord,
  type SimulationOptions,
  type SimulationResult,
  type Workload,
} from './simulation/index.ts';
export { MemoryStream } from './memory-stream.ts';
export type { TestDeadLetter } from './synchronous-run.ts';
export { testDriver, type TestDriver, type TestDriverOptions, type TestTable } from './test-driver.ts';
