export {
  ancestryOf,
  inputsOf,
  isLookup,
  isOperator,
  labelOf,
  LATE,
  type FilterNode,
  type FlatMapNode,
  type KeyNode,
  type LookupNode,
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
  type CombinePolicy,
  type DeliveryPolicy,
  type ErrorPolicy,
  type Pipeline,
  type PipelineDefinition,
} from './pipeline.ts';
export {
  externalTable,
  type ExternalTable,
  type ExternalTableOptions,
  type ExternalTableSpec,
  type TableKey,
} from './external-table.ts';
export type { JoinLookupOptions } from './join-lookup.ts';
export type { LookupPairing, MissPolicy, UnknownPolicy } from './lookup-policy.ts';
export { validate, type Schema, type SchemaOutput, type Validation } from './schema.ts';
export { resultsOf } from './results-of.ts';
export { changesOf, type ChangesOptions, type TableChange } from './table-changes.ts';
export { source, type SourceSpec, type TimeOptions } from './source.ts';
export type {
  AggregateOptions,
  RunningOptions,
  RunningResult,
  UpdatingWindowResult,
  WindowResult,
} from './aggregate-rows.ts';
export type {
  AsTableOptions,
  DedupeByOptions,
  JoinAsOfOptions,
  JoinLatestOptions,
  JoinRulesOptions,
  JoinTableOptions,
  JoinWindowOptions,
  JoinWithinOptions,
} from './join-options.ts';
export { Flow } from './flow.ts';
export {
  DedupeResults,
  JoinResults,
  KeyedResults,
  KeyedStream,
  MatchResults,
  ProcessResults,
  Stream,
  Table,
  TableLookupResults,
  UpdatingResults,
  UpdatingWindowedStream,
  WindowedStream,
  WindowResults,
} from './streams.ts';
export { Updating } from './updating.ts';
