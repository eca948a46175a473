import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { isTableStream, streamOfSource } from '../aws/kinesis-event.ts';
import { DefinitionError } from '../model/index.ts';
import type { EventSourceMappingResource } from './assembly/index.ts';
import {
  batchInfoOf,
  createEventSourceMapping,
  type Checkpoints,
  type EventSourceMapping,
  type FailureMessage,
  type MappingEvent,
  type MappingOptions,
  type OnFailure,
} from './event-source-mapping/index.ts';
import { mappingIdOf, type FailureDestination } from './failure-destinations.ts';
import type { InvokeResult, LambdaFunction } from './lambda/index.ts';

/** An event of one of a deployment's mappings. */
export type DeploymentEvent = (
  | MappingEvent
  /** The mapping's failure destination has been told of records that were given up. */
  | {
      readonly kind: 'failure-written';
      readonly at: number;
      readonly destinationArn: string;
      readonly failure: FailureMessage;
      /** The object, the queue or the file that has it. */
      readonly place: string;
      /** All of it in one line. */
      readonly text: string;
    }
) & { readonly functionName: string; readonly streamArn: string };

/** What a mapping is deployed into. */
export interface MappingSurroundings {
  readonly functions: readonly LambdaFunction[];
  readonly kinesis: KinesisClient;
  readonly tableStreams: DynamoDBStreamsClient;
  /** By their ARNs. */
  readonly destinations: ReadonlyMap<string, FailureDestination>;
  readonly mapping?: Omit<MappingOptions, 'checkpoints'>;
  readonly checkpointsOf?: (functionName: string, eventSourceArn: string) => Checkpoints;
  readonly invoke?: (target: LambdaFunction, event: object) => Promise<InvokeResult>;
  readonly onEvent: (event: DeploymentEvent) => void;
}

/**
 * Maps a source to the function that runs here.
 * @throws DefinitionError if the function doesn't run here, or the mapping uses what isn't implemented
 */
export function deployMapping(
  resource: EventSourceMappingResource,
  eventSourceArn: string,
  surroundings: MappingSurroundings,
): EventSourceMapping {
  const { kinesis, tableStreams, destinations, checkpointsOf, mapping, invoke } = surroundings;
  const { functionName, onFailureArn: destinationArn = '' } = resource;
  const destination = destinations.get(destinationArn);
  const source = { functionName, streamArn: streamOfSource(eventSourceArn) };
  const target = surroundings.functions.find(({ name }) => name === functionName);
  if (target === undefined) {
    throw new DefinitionError(
      `mapping "${resource.logicalId}" calls function "${functionName}", which does not run locally`,
    );
  }

  const onFailure: OnFailure | undefined =
    destination &&
    (async (failure, payload) => {
      const mappingId = mappingIdOf(functionName, eventSourceArn);
      const place = await destination.take({ mappingId, message: failure, payload });
      const at = Date.parse(failure.timestamp);
      const { batchSize, shardId } = batchInfoOf(failure);
      const records = batchSize === 1 ? 'a record' : `${batchSize} records`;
      const text = `${functionName} did not process ${records} of ${shardId}; the failure is in ${place}`;
      surroundings.onEvent({ kind: 'failure-written', at, destinationArn, failure, place, text, ...source });
    });

  const checkpoints = checkpointsOf?.(functionName, eventSourceArn);
  return createEventSourceMapping(
    {
      parameters: resource,
      eventSourceArn,
      functionArn: target.arn,
      client: isTableStream(eventSourceArn) ? tableStreams : kinesis,
      invoke: (event) => invoke?.(target, event) ?? target.invoke(event),
      onEvent: (event) => surroundings.onEvent({ ...event, ...source }),
      ...(onFailure && { onFailure }),
    },
    { ...mapping, ...(checkpoints !== undefined && { checkpoints }) },
  );
}
