export { startKinesisEndpoint, type KinesisEndpoint, type KinesisEndpointOptions } from './endpoint.ts';
export { KinesisError, type KinesisErrorType } from './errors.ts';
export { execute, type KinesisOperation, type KinesisOutput } from './execute.ts';
export { KinesisStore, type KinesisStoreOptions } from './store.ts';
export type { KeptStream } from './stream.ts';
