export { BucketStore, type KeptBuckets } from './bucket-store.ts';
export { startS3Endpoint, type S3Endpoint, type S3EndpointOptions, type S3Fault } from './endpoint.ts';
