import type { HaltError } from '../engine/index.ts';
import type { InputRecord } from '../model/index.ts';
import type { InvocationReport } from './report.ts';
import type { EncodedTail } from './tail.ts';

/** One invocation by the event source mapping, for one shard. */
export interface Invocation {
  /** Contiguous records of the shard, in order; may be empty when a window ends. */
  readonly records: readonly InputRecord[];
  /** What the invocation before returned, or nothing. Not trusted. */
  readonly windowState?: unknown;
  /**
   * Where the mapping's tumbling window stands: `open`, and what is returned reaches the next invocation; `ending`, and
   * it doesn't; or `none`, the mapping has no window and keeps no state at all.
   */
  readonly window: 'none' | 'open' | 'ending';
  /** Names the mapping's window, where it has one: state from another window is never taken for this one's. */
  readonly windowId?: string;
  /** Aborted when it is time to stop delivering and to put the rest into the journal. */
  readonly deliverUntil?: AbortSignal;
}

export interface InvocationResult {
  /** For the next invocation. */
  readonly windowState: EncodedTail | Record<string, never>;
  /** The record the task can't get past; it and what follows must be delivered again. */
  readonly haltedAt?: HaltError;
  readonly report: InvocationReport;
}
