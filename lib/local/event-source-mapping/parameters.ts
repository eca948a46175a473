import { DefinitionError } from '../../model/errors.ts';

export type StartingPosition = 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP';

/**
 * What an event source mapping is told to do, under the names CloudFormation uses, in its units.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
export interface MappingParameters {
  readonly batchSize: number;
  readonly maximumBatchingWindowSeconds: number;
  readonly parallelizationFactor: number;
  readonly startingPosition: StartingPosition;
  /** Milliseconds since the epoch; only with AT_TIMESTAMP. */
  readonly startingPositionTimestampMs?: number;
  readonly bisect: boolean;
  /** -1 retries until the record leaves the stream. */
  readonly maximumRetryAttempts: number;
  /** -1 waits until the record leaves the stream. */
  readonly maximumRecordAgeSeconds: number;
  /** 0 means no tumbling window. */
  readonly tumblingWindowSeconds: number;
  readonly functionResponseTypes: readonly string[];
  readonly filterCriteria?: unknown;
  readonly onFailureArn?: string;
}

export type MappingParametersInput = Partial<MappingParameters> & Pick<MappingParameters, 'startingPosition'>;

const DEFAULTS: Omit<MappingParameters, 'startingPosition'> = {
  batchSize: 100,
  maximumBatchingWindowSeconds: 0,
  parallelizationFactor: 1,
  bisect: false,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
  tumblingWindowSeconds: 0,
  functionResponseTypes: [],
};

export const REPORT_BATCH_ITEM_FAILURES = 'ReportBatchItemFailures';

/**
 * The parameters with Lambda's defaults filled in.
 * @throws DefinitionError for a value Lambda itself would refuse
 */
export function mappingParameters(input: MappingParametersInput): MappingParameters {
  const parameters = { ...DEFAULTS, ...input };
  checkRange('BatchSize', parameters.batchSize, 1, 10_000);
  checkRange('MaximumBatchingWindowInSeconds', parameters.maximumBatchingWindowSeconds, 0, 300);
  checkRange('ParallelizationFactor', parameters.parallelizationFactor, 1, 10);
  checkRange('MaximumRetryAttempts', parameters.maximumRetryAttempts, -1, 10_000);
  checkRange('TumblingWindowInSeconds', parameters.tumblingWindowSeconds, 0, 900);
  if (parameters.maximumRecordAgeSeconds !== -1) {
    checkRange('MaximumRecordAgeInSeconds', parameters.maximumRecordAgeSeconds, 60, 604_800);
  }
  for (const type of parameters.functionResponseTypes) checkResponseType(type);
  checkStartingPosition(parameters);
  if (parameters.tumblingWindowSeconds > 0 && parameters.parallelizationFactor > 1) {
    throw new DefinitionError(
      `a tumbling window needs ParallelizationFactor 1, not "${parameters.parallelizationFactor}"; ` +
        'set it to 1 or leave TumblingWindowInSeconds out',
    );
  }
  return parameters;
}

function checkRange(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new DefinitionError(
    `${name} is "${value}"; use a whole number from ${min} to ${max}${name === 'MaximumRecordAgeInSeconds' ? ', or -1' : ''}`,
  );
}

function checkResponseType(type: string): void {
  if (type === REPORT_BATCH_ITEM_FAILURES) return;
  throw new DefinitionError(
    `FunctionResponseTypes has "${type}"; only "${REPORT_BATCH_ITEM_FAILURES}" is allowed`,
  );
}

function checkStartingPosition({ startingPosition, startingPositionTimestampMs }: MappingParameters): void {
  if (!['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'].includes(startingPosition)) {
    throw new DefinitionError(
      `StartingPosition is "${startingPosition}"; use "TRIM_HORIZON", "LATEST" or "AT_TIMESTAMP"`,
    );
  }
  if ((startingPosition === 'AT_TIMESTAMP') !== (startingPositionTimestampMs !== undefined)) {
    throw new DefinitionError(
      `StartingPosition "${startingPosition}" with StartingPositionTimestamp "${startingPositionTimestampMs}"; ` +
        'a timestamp is needed with "AT_TIMESTAMP" and allowed only there',
    );
  }
}
