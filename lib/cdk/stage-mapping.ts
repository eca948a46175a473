import type { Duration } from 'aws-cdk-lib';
import {
  CfnEventSourceMapping,
  EventSourceMapping,
  StartingPosition,
  type IFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { refusedSettings } from '../aws/required-mapping.ts';
import type { StagePlan } from '../plan/index.ts';
import type { StageSource } from './stage-source.ts';

export interface StageMappingProps {
  readonly stage: StagePlan;
  readonly source: StageSource;
  readonly target: IFunction;
  readonly checkpointInterval: Duration;
  readonly batchSize: number;
  readonly batchingWindow: Duration;
  /** Of a source; a shuffle is read from its first record on, since what is sent is numbered. */
  readonly startingPosition: StartingPosition;
}

const INFINITE = -1;

/**
 * The event source mapping of a stage. Its tumbling window is the checkpoint interval. It retries for ever, since giving
 * up would lose records, and reads a shard with one invocation at a time, since a shard is one log. Synthesis fails if
 * its resource, or the stream's, was changed into what a stage can't do with.
 */
export function createStageMapping(
  scope: Construct,
  id: string,
  {
    stage,
    source,
    target,
    checkpointInterval,
    batchSize,
    batchingWindow,
    startingPosition,
  }: StageMappingProps,
): EventSourceMapping {
  source.grantRead(target);
  const mapping = new EventSourceMapping(scope, id, {
    target,
    eventSourceArn: source.arn,
    startingPosition: stage.input.kind === 'shuffle' ? StartingPosition.TRIM_HORIZON : startingPosition,
    batchSize,
    maxBatchingWindow: batchingWindow,
    tumblingWindow: checkpointInterval,
    parallelizationFactor: 1,
    retryAttempts: INFINITE,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
  });
  mapping.node.addValidation({
    validate: () => [...source.refused(), ...refusedIn(mapping, stage.id)],
  });
  return mapping;
}

function refusedIn({ node }: EventSourceMapping, stage: string): readonly string[] {
  const { defaultChild: resource } = node;
  if (!(resource instanceof CfnEventSourceMapping)) return [];
  return refusedSettings(stage, {
    parallelizationFactor: resource.parallelizationFactor ?? 1,
    maximumRetryAttempts: resource.maximumRetryAttempts ?? INFINITE,
    maximumRecordAgeSeconds: resource.maximumRecordAgeInSeconds ?? INFINITE,
    functionResponseTypes: resource.functionResponseTypes ?? [],
    ...(resource.filterCriteria !== undefined && { filterCriteria: resource.filterCriteria }),
  });
}
