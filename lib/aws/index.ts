export { BucketCheckpoints, type BucketCheckpointsOptions } from './bucket-checkpoints.ts';
export type { CheckpointArchive, CheckpointName } from './checkpoint-archive.ts';
export { DynamoDbJournalStore, type DynamoDbJournalStoreOptions } from './dynamodb-journal-store.ts';
export { DynamoDbSinks, type SinkTables } from './dynamodb-sinks.ts';
export { createHandler, type KinesisResponse, type StageEvent } from './handler.ts';
export type { KinesisEvent } from './kinesis-event.ts';
export { KinesisShuffle } from './kinesis-shuffle.ts';
export { VERSION } from './output-items.ts';
