export {
  ancestryOf,
  inputsOf,
  isOperator,
  labelOf,
  LATE,
  type FilterNode,
  type FlatMapNode,
  type KeyNode,
  type MapNode,
  type MergeNode,
  type Node,
  type OperatorNode,
  type PartitionKeyNode,
  type SideNode,
  type SourceNode,
} from './nodes.ts';
export {
  pipeline,
  type DeliveryPolicy,
  type ErrorPolicy,
  type Pipeline,
  type PipelineDefinition,
} from './pipeline.ts';
export { validate, type Schema, type SchemaOutput, type Validation } from './schema.ts';
export { source, type SourceSpec, type TimeOptions } from './source.ts';
export {
  Flow,
  KeyedStream,
  Stream,
  WindowedStream,
  WindowResults,
  Updating,
  UpdatingResults,
  UpdatingWindowedStream,
  type AggregateOptions,
  type RunningOptions,
  type RunningResult,
  type UpdatingWindowResult,
  type WindowResult,
} from './streams.ts';
