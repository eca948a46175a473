/** Where CloudWatch finds the metrics of all pipelines. Their dimensions are `pipeline` and `stage`. */
export const METRIC_NAMESPACE = 'Millrace';

/** What a stage's functions tell CloudWatch of each invocation, and in which unit. */
export const METRICS = {
  /** Records handed over by the event source mapping, ticks included. */
  records: 'Count',
  /** Were in the state already: delivered again by the mapping. */
  skipped: 'Count',
  /** Read from the stream because window state was lost. */
  recoveredFromLog: 'Count',
  outputs: 'Count',
  /** Records nothing could take. */
  deadLetters: 'Count',
  /** Outputs still waiting to be delivered. */
  undelivered: 'Count',
  /** Stands still at a record on which user code fails, as `onError: 'halt'` says; told while it does. */
  halted: 'Count',
  /** Entries appended to the journal. */
  appended: 'Count',
  /** State that isn't in the journal yet. */
  tailBytes: 'Bytes',
  /** Time between two records of a shard that follow on each other, where it is longer than a stream keeps records at least. */
  silenceMs: 'Milliseconds',
  /** How far event time is behind the clock; not told before the first record and after the last. */
  watermarkLagMs: 'Milliseconds',
} as const;

export type MetricName = keyof typeof METRICS;
