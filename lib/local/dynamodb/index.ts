export { type DynamoDbEndpoint, type DynamoDbEndpointOptions, startDynamoDbEndpoint } from './endpoint.ts';
export type { DynamoDbFault } from './faults.ts';
