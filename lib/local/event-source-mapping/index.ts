export { memoryCheckpoints, type Checkpoint, type Checkpoints, type Origin } from './checkpoint.ts';
export {
  createEventSourceMapping,
  type EventSourceMapping,
  type MappingDefinition,
  type MappingOptions,
} from './mapping.ts';
export { BATCH_FAULTS, type BatchFault, type FaultOf } from './faults.ts';
export { batchInfoOf, type FailureMessage, type OnFailure } from './failure-message.ts';
export type { BatchFacts, DiscardReason, MappingEvent } from './mapping-event.ts';
export { DEFAULT_MODES, type Modes } from './modes.ts';
export { type MappingParameters, type MappingParametersInput, mappingParameters } from './parameters.ts';
export type { Backoff } from './shard-state.ts';
export { SYSTEM_CLOCK, type WaitingClock } from './waiting-clock.ts';
