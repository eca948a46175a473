import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { requireBatching, requireMinutes, requireSeconds, requireWhole } from './limits.ts';
import type { StreamPipelineProps } from './stream-pipeline-props.ts';

/** What holds for every stage of a pipeline. */
export type PipelineSettings = Required<
  Pick<
    StreamPipelineProps<object, object>,
    | 'shards'
    | 'checkpointInterval'
    | 'batchSize'
    | 'batchingWindow'
    | 'startingPosition'
    | 'memorySize'
    | 'timeout'
    | 'tick'
    | 'tickSources'
    | 'removalPolicy'
  >
>;

/**
 * The props with their defaults.
 * @throws DefinitionError if a number is out of its range
 */
export function settingsOf({
  pipeline: { name },
  shards = 1,
  checkpointInterval = Duration.seconds(60),
  batchSize = 1000,
  batchingWindow = Duration.seconds(0),
  startingPosition = StartingPosition.TRIM_HORIZON,
  memorySize = 1024,
  timeout = Duration.minutes(5),
  tick = Duration.minutes(1),
  tickSources = false,
  removalPolicy = RemovalPolicy.RETAIN,
}: StreamPipelineProps<object, object>): PipelineSettings {
  const of = (prop: string): string => `${prop} of pipeline "${name}"`;
  return {
    shards: requireWhole(of('shards'), shards, { min: 1, max: 10_000 }),
    checkpointInterval: requireSeconds(of('checkpointInterval'), checkpointInterval),
    batchSize: requireWhole(of('batchSize'), batchSize, { min: 1, max: 10_000 }),
    batchingWindow: requireBatching(of('batchingWindow'), batchingWindow),
    startingPosition,
    memorySize: requireWhole(of('memorySize'), memorySize, { min: 128, max: 10_240 }),
    timeout: requireSeconds(of('timeout'), timeout),
    tick: tick === false ? tick : requireMinutes(of('tick'), tick),
    tickSources,
    removalPolicy,
  };
}
