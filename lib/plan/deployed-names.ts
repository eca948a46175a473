/** What a deployed function is told about its surroundings, by the construct that deploys it. */
export const ENVIRONMENT = {
  stage: 'MILLRACE_STAGE',
  journalTable: 'MILLRACE_JOURNAL_TABLE',
  resultsTable: 'MILLRACE_RESULTS_TABLE',
  deadLetterTable: 'MILLRACE_DEAD_LETTER_TABLE',
  checkpointBucket: 'MILLRACE_CHECKPOINT_BUCKET',
  /** The stream the stage reads, where ticks are put into it. */
  stream: 'MILLRACE_STREAM',
  /** JSON: the name of the stream of each stage it sends to. */
  shuffles: 'MILLRACE_SHUFFLES',
  /** JSON: the DynamoDB table of each table outside, by the name the pipeline has for it. */
  tables: 'MILLRACE_TABLES',
} as const;

/** Partition key and sort key of the journal table. */
export const JOURNAL_KEY = { partition: 'task', sort: 'slot' } as const;

/** Partition key and sort key of the results table and of the dead-letter table. */
export const RESULTS_KEY = { partition: 'pk', sort: 'sk' } as const;

/** What a stage's function is called with to let time pass. */
export const TICK_EVENT = { millrace: 'tick' } as const;
