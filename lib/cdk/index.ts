export type { CheckpointBucket } from './checkpoint-bucket.ts';
export type { ExternalTableBinding } from './external-table-binding.ts';
export { describePlan, planOf, type Plan } from '../plan/index.ts';
export { resultsTable, type ResultsTableBinding, type SinkBinding } from './sink-binding.ts';
export { StreamPipeline } from './stream-pipeline.ts';
export type { StreamPipelineProps } from './stream-pipeline-props.ts';
