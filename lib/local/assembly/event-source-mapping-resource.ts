import { mappingParameters, type MappingParameters } from '../event-source-mapping/index.ts';
import { isObject, listAt, numberAt, objectAt, oneOf, textAt, type JsonObject } from './json.ts';

export interface EventSourceMappingResource extends MappingParameters {
  readonly logicalId: string;
  readonly functionName: string;
  /** Of a stream, or of an enhanced fan-out consumer of one. */
  readonly eventSourceArn: string;
}

const STARTING_POSITIONS = ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'] as const;

/**
 * @returns the mapping, or what about it is not supported
 * @throws DefinitionError for parameters Lambda would refuse
 */
export function eventSourceMappingOf(
  logicalId: string,
  properties: JsonObject,
): EventSourceMappingResource | string {
  const eventSourceArn = textAt(properties, 'EventSourceArn') ?? '';
  if (!['kinesis', 'dynamodb'].includes(eventSourceArn.split(':')[2] ?? ''))
    return `source "${eventSourceArn}"; streams of Kinesis and of DynamoDB tables are read`;
  const timestamp = numberAt(properties, 'StartingPositionTimestamp');
  const onFailureArn = textAt(
    objectAt(objectAt(properties, 'DestinationConfig'), 'OnFailure'),
    'Destination',
  );
  const filterCriteria = properties['FilterCriteria'];
  const parameters = mappingParameters({
    startingPosition: oneOf(STARTING_POSITIONS, properties, 'StartingPosition'),
    ...defined({
      batchSize: numberAt(properties, 'BatchSize'),
      maximumBatchingWindowSeconds: numberAt(properties, 'MaximumBatchingWindowInSeconds'),
      parallelizationFactor: numberAt(properties, 'ParallelizationFactor'),
      maximumRetryAttempts: numberAt(properties, 'MaximumRetryAttempts'),
      maximumRecordAgeSeconds: numberAt(properties, 'MaximumRecordAgeInSeconds'),
      tumblingWindowSeconds: numberAt(properties, 'TumblingWindowInSeconds'),
    }),
    bisect: textAt(properties, 'BisectBatchOnFunctionError') === 'true',
    functionResponseTypes: listAt(properties, 'FunctionResponseTypes').map(String),
    ...(timestamp !== undefined && { startingPositionTimestampMs: timestamp * 1000 }),
    ...(isObject(filterCriteria) && { filterCriteria }),
    ...(onFailureArn !== undefined && { onFailureArn }),
  });
  return {
    logicalId,
    functionName: functionNameOf(textAt(properties, 'FunctionName') ?? ''),
    eventSourceArn,
    ...parameters,
  };
}

/** A function is named by its name, its ARN, or either with a version. */
function functionNameOf(reference: string): string {
  return reference.startsWith('arn:')
    ? (reference.split(':')[6] ?? reference)
    : (reference.split(':')[0] ?? reference);
}

/** The values that are there: an absent one must not hide its default. */
function defined(
  values: Partial<Record<keyof MappingParameters, number | undefined>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}
