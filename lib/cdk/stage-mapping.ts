import type { Duration } from 'aws-cdk-lib';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { EventSourceMapping, type IFunction, type StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

export interface StageMappingProps {
  readonly stream: IStream;
  readonly target: IFunction;
  readonly checkpointInterval: Duration;
  readonly batchSize: number;
  readonly startingPosition: StartingPosition;
}

const INFINITE = -1;

/**
 * The event source mapping of a stage. Its tumbling window is the checkpoint interval. It retries for ever, since giving
 * up would lose records, and reads a shard with one invocation at a time, since a shard is one log.
 */
export function createStageMapping(
  scope: Construct,
  id: string,
  { stream, target, checkpointInterval, batchSize, startingPosition }: StageMappingProps,
): EventSourceMapping {
  stream.grantRead(target);
  return new EventSourceMapping(scope, id, {
    target,
    eventSourceArn: stream.streamArn,
    startingPosition,
    batchSize,
    tumblingWindow: checkpointInterval,
    parallelizationFactor: 1,
    retryAttempts: INFINITE,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
  });
}
