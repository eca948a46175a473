export {
  avg,
  count,
  max,
  min,
  sum,
  type AggregateResults,
  type Aggregator,
  type Comparable,
} from './aggregators/index.ts';
export {
  KeyedStream,
  pipeline,
  source,
  Stream,
  WindowedStream,
  WindowResults,
  type DeliveryPolicy,
  type ErrorPolicy,
  type Pipeline,
  type PipelineDefinition,
  type SourceSpec,
  type StreamTypeError,
  type TimeOptions,
  type WindowOptions,
  type WindowResult,
} from './dsl/index.ts';
export { DefinitionError, MillraceError, type KeyValue, type Late, type LateReason } from './model/index.ts';
export type { DurationInput, TimestampInput } from './time/index.ts';
export { tumbling, type WindowSpec } from './windows/index.ts';
