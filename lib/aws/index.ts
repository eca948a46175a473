export { DynamoDbJournalStore } from './dynamodb-journal-store.ts';
export { DynamoDbSinks, type SinkTables } from './dynamodb-sinks.ts';
export { ENVIRONMENT } from './environment.ts';
export { createHandler, type KinesisResponse } from './handler.ts';
export { JOURNAL_KEY } from './journal-items.ts';
export type { KinesisEvent } from './kinesis-event.ts';
export { RESULTS_KEY, VERSION } from './output-items.ts';
