export { keyedProcess } from './keyed-process.ts';
export { listState, type ListState } from './list-state.ts';
export { mapState, type MapState } from './map-state.ts';
export {
  output,
  type None,
  type OutputSpec,
  type OutputSpecs,
  type OutputValues,
  type ProcessContext,
  type ProcessMigration,
  type ProcessSpec,
} from './process-spec.ts';
export type { StateHandles, StateOptions, StateSpec, StateSpecs } from './state-spec.ts';
export {
  timer,
  type FiredTimer,
  type TimerHandle,
  type TimerOptions,
  type TimerSpec,
  type TimerSpecs,
} from './timer.ts';
export { optionalState, valueState, type ValueState } from './value-state.ts';
