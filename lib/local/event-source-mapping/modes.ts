/**
 * AWS documents some behaviour of an event source mapping only in part. Each such question is a mode here; a correct
 * function gives the same results in every one of them. The first alternative is the default unless said otherwise.
 */
export interface Modes {
  /** What events of a mapping that reads through an enhanced fan-out consumer name as their source. */
  readonly consumerSource: 'consumer' | 'stream';
  /** The retry budget of each half of a bisected batch. */
  readonly bisectBudget: 'fresh' | 'inherited';
  /** A response that names records of the batch and also others. */
  readonly unknownItem: 'fail-batch' | 'ignore';
  /** What is delivered again after a partial failure: the remainder only, or filled up with newer records. */
  readonly remainder: 'alone' | 'topped-up';
  /** A final invocation that returns no `state`. */
  readonly finalWithoutState: 'error' | 'accepted';
  /** The final invocation: one more, without records; the last batch, flagged; or a random choice of the two. */
  readonly finalInvoke: 'extra' | 'on-last-batch' | 'either';
  /** A final invocation that has failed more often than MaximumRetryAttempts allows. */
  readonly finalExhausted: 'keep-retrying' | 'discard-window';
  /** Whether a state that grew too large is shown to the invocation that ends its window early. */
  readonly oversizedState: 'shown' | 'dropped';
  /** The state a retry sees after a partial failure. */
  readonly partialState: 'returned' | 'earlier';
  /** A mapping that stops in the middle of a window and starts again. The default is the harshest. */
  readonly restartInWindow: 'position-without-state' | 'position-with-state' | 'replay-window';
  /** A record whose arrival time lies in a window that is already closed. */
  readonly arrivalInClosedWindow: 'current-window' | 'reopen';
  /** What the other lanes of a shard do while the batch of one fails, where ParallelizationFactor is above 1. */
  readonly failingLane: 'others-go-on' | 'shard-waits';
  /** How the event is written that a bucket is given when its records are given up: as JSON within JSON, or as a text. */
  readonly failedEvent: 'object' | 'text';
  /** A single record that makes the request larger than Lambda accepts. */
  readonly oversizedRecord: 'function-error' | 'not-invoked';
}

/** What a mapping does unless it is told otherwise. */
export const DEFAULT_MODES: Modes = {
  consumerSource: 'consumer',
  bisectBudget: 'fresh',
  unknownItem: 'fail-batch',
  remainder: 'alone',
  finalWithoutState: 'error',
  finalInvoke: 'extra',
  finalExhausted: 'keep-retrying',
  oversizedState: 'shown',
  partialState: 'returned',
  restartInWindow: 'position-without-state',
  arrivalInClosedWindow: 'current-window',
  failingLane: 'others-go-on',
  failedEvent: 'object',
  oversizedRecord: 'function-error',
};
