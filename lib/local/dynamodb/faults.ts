import { ServiceError } from './service-error.ts';

/**
 * What goes wrong with one request: `throttle` and `error` are answered without executing it, `lost-response` executes
 * it and drops the connection instead of answering.
 */
export type DynamoDbFault = 'throttle' | 'error' | 'lost-response';

/** @throws ServiceError what a request with this fault is answered, if it isn't to be executed */
export function refuseIf(fault: DynamoDbFault | undefined): void {
  if (fault === 'throttle') {
    throw new ServiceError(
      'ProvisionedThroughputExceededException',
      'The level of configured provisioned throughput for the table was exceeded',
    );
  }
  if (fault === 'error') throw new ServiceError('InternalServerError', 'Internal server error', {}, 500);
}
