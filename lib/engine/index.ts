export {
  BEGINNING_OF_TIME,
  earliestOf,
  END_OF_TIME,
  type EventTime,
  type Predecessor,
} from './event-clock.ts';
export type { HashRange, InputStream, Lookups, OutputSinks, Sent, ShardFacts, Shuffle } from './ports.ts';
export { HaltError } from './halt.ts';
export { NO_ANSWERS, type Answers, type Questions } from './lookup-probe.ts';
export { StageTask } from './stage-task.ts';
export { NO_UPGRADE, TaskState, type Changes, type StateUpgrade } from './state.ts';
export { KeyedTable } from './keyed-table.ts';
export { RunningOperator } from './running-operator.ts';
