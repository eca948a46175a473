export { loadAssembly, type Assembly, type UnsupportedResource } from './assembly/index.ts';
export type { DeploymentEvent } from './deployed-mapping.ts';
export { deployLocally, type LocalDeployment, type LocalDeploymentOptions } from './deployment.ts';
export {
  startDynamoDbEndpoint,
  type DynamoDbEndpoint,
  type DynamoDbEndpointOptions,
} from './dynamodb/index.ts';
export {
  BATCH_FAULTS,
  createEventSourceMapping,
  DEFAULT_MODES,
  memoryCheckpoints,
  type BatchFault,
  type Backoff,
  type BatchFacts,
  type Checkpoint,
  type Checkpoints,
  type DiscardReason,
  type EventSourceMapping,
  type FaultOf,
  type FailureMessage,
  type MappingDefinition,
  type MappingEvent,
  type MappingOptions,
  type MappingParameters,
  type Modes,
  type OnFailure,
} from './event-source-mapping/index.ts';
export { startKinesisEndpoint, type KinesisEndpoint, type KinesisEndpointOptions } from './kinesis/index.ts';
export {
  createFunction,
  type FunctionDefinition,
  type FunctionOptions,
  type InvokeResult,
  type LambdaFunction,
  type LogLine,
  type Sandbox,
} from './lambda/index.ts';
export type { LocalEndpoints } from './endpoints.ts';
export { finishStream } from './finish-stream.ts';
export {
  startLocalPlatform,
  type KeptServices,
  type LocalPlatform,
  type LocalPlatformOptions,
} from './platform.ts';
export { startS3Endpoint, type S3Endpoint, type S3EndpointOptions, type S3Fault } from './s3/index.ts';
