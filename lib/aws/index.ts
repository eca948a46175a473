export { DynamoDbJournalStore } from './dynamodb-journal-store.ts';
export { DynamoDbSinks, type SinkTables } from './dynamodb-sinks.ts';
export { createHandler, type KinesisResponse } from './handler.ts';
export type { KinesisEvent } from './kinesis-event.ts';
export { VERSION } from './output-items.ts';
