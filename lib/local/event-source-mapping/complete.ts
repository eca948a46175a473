import { repeated, type BatchFault } from './faults.ts';
import type { MappingEvent } from './mapping-event.ts';
import { newBatch } from './next-step.ts';
import type { Outcome } from './outcome.ts';
import {
  batchFacts,
  discarded,
  type Backoff,
  type Batch,
  type ShardConfig,
  type ShardState,
  type Transition,
} from './shard-state.ts';

/** What the state of a window may weigh; beyond it the window is terminated early. */
const MAX_STATE_BYTES = 1024 * 1024;

/**
 * The shard after the invocation in flight has ended with `outcome`: the position moved on, a retry scheduled, the
 * batch cut or given up, the window's state replaced.
 */
export function complete(
  state: ShardState,
  outcome: Outcome,
  config: ShardConfig,
  now: number,
  fault?: BatchFault,
): Transition {
  const [batch, ...later] = state.queue;
  if (batch === undefined || state.deliveredAt === undefined) {
    throw new RangeError(`nothing is in flight on shard "${state.shardId}"`);
  }
  const tried = { ...batch, tries: batch.tries + 1 };
  const at = { shardId: state.shardId, at: now };
  const facts = { ...at, ...batchFacts(batch.records, tried.tries), durationMs: now - state.deliveredAt };
  const landed: ShardState = { ...state, queue: later, deliveredAt: undefined, freeSince: now };

  if (outcome.kind === 'succeeded') {
    const next =
      fault === undefined
        ? succeed(landed, tried, outcome.state, now)
        : { state: repeated(landed, batch, fault === 'repeat-recut'), events: [] };
    return after({ kind: 'batch-succeeded', ...facts }, next);
  }
  const failure: MappingEvent = { kind: 'batch-failed', ...facts, ...describeFailure(outcome) };
  switch (outcome.kind) {
    case 'partly-failed':
      return after(failure, keepRemainder(landed, tried, outcome.from, outcome.state, config, now));
    case 'failed':
      return after(failure, retryOrBisect(landed, tried, outcome.functionError, config, now));
    case 'not-invoked':
      return after(failure, retry(landed, tried, 'same-batch', config, now));
  }
}

function after(event: MappingEvent, { state, events }: Transition): Transition {
  return { state, events: [event, ...events] };
}

function describeFailure(outcome: Exclude<Outcome, { kind: 'succeeded' }>): {
  isCounted: boolean;
  errorType: string;
  message: string;
} {
  switch (outcome.kind) {
    case 'partly-failed':
      return {
        isCounted: outcome.from === 0,
        errorType: 'BatchItemFailures',
        message: `the function reported record ${outcome.from + 1} of its batch`,
      };
    case 'failed':
      return { isCounted: true, errorType: outcome.errorType, message: outcome.message };
    case 'not-invoked':
      return { isCounted: false, errorType: 'NotInvoked', message: outcome.message };
  }
}

function succeed(state: ShardState, batch: Batch, returned: unknown, now: number): Transition {
  const moved = advance(state, batch);
  const { window } = moved;
  if (window === undefined) return { state: moved, events: [] };
  const facts = { shardId: state.shardId, at: now, windowStartMs: window.startMs, windowEndMs: window.endMs };
  switch (batch.purpose) {
    case 'records':
      return { state: withWindowState(moved, returned), events: [] };
    case 'final':
      return { state: closeWindow(moved), events: [{ kind: 'window-final', isDiscarded: false, ...facts }] };
    case 'terminated-early':
      return {
        state: { ...moved, window: { ...window, state: {} } },
        events: [{ kind: 'window-terminated-early', ...facts }],
      };
  }
}

/** A state that has grown too large is handed over in an invocation of its own before anything else happens. */
function withWindowState(state: ShardState, returned: unknown): ShardState {
  if (state.window === undefined) return state;
  const current = { ...state, window: { ...state.window, state: returned } };
  if (Buffer.byteLength(JSON.stringify(returned)) <= MAX_STATE_BYTES) return current;
  return { ...current, queue: [newBatch('terminated-early', []), ...state.queue] };
}

function closeWindow(state: ShardState): ShardState {
  return { ...state, window: undefined, closedThroughMs: state.window?.endMs };
}

function advance(state: ShardState, { records }: Pick<Batch, 'records'>): ShardState {
  return { ...state, position: records.at(-1)?.sequenceNumber ?? state.position };
}

/** Progress makes a new batch with a budget of its own; without progress one retry is used. */
function keepRemainder(
  state: ShardState,
  batch: Batch,
  from: number,
  returned: unknown,
  config: ShardConfig,
  now: number,
): Transition {
  const keepsState = config.modes.partialState === 'returned' && batch.purpose !== 'terminated-early';
  const stateful = (next: ShardState): ShardState => (keepsState ? withWindowState(next, returned) : next);
  if (from === 0) {
    const { state: retried, events } = countFailure(state, batch, null, config, now);
    return { state: stateful(retried), events };
  }

  const moved = advance(state, { records: batch.records.slice(0, from) });
  const remainder = newBatch(batch.purpose, batch.records.slice(from));
  const canTopUp = moved.queue.length === 0 && remainder.purpose === 'records';
  if (config.modes.remainder === 'topped-up' && canTopUp) {
    return { state: stateful({ ...moved, buffer: [...remainder.records, ...moved.buffer] }), events: [] };
  }
  const { state: scheduled, events } = retry(moved, { ...remainder, tries: 0 }, 'remainder', config, now);
  return { state: stateful(scheduled), events };
}

/** A batch that can be cut is halved, which uses no retry; any other uses one. */
function retryOrBisect(
  state: ShardState,
  batch: Batch,
  functionError: FunctionError,
  config: ShardConfig,
  now: number,
): Transition {
  if (!config.parameters.bisect || batch.records.length < 2) {
    return countFailure(state, batch, functionError, config, now);
  }
  const middle = Math.ceil(batch.records.length / 2);
  const failures = config.modes.bisectBudget === 'inherited' ? batch.failures : 0;
  const first: Batch = { ...newBatch('records', batch.records.slice(0, middle)), failures };
  const second: Batch = { ...newBatch(batch.purpose, batch.records.slice(middle)), failures };
  return retry({ ...state, queue: [second, ...state.queue] }, first, 'halves', config, now);
}

type FunctionError = 'Unhandled' | null;

function countFailure(
  state: ShardState,
  batch: Batch,
  functionError: FunctionError,
  config: ShardConfig,
  now: number,
): Transition {
  const failed = { ...batch, failures: batch.failures + 1 };
  const { maximumRetryAttempts } = config.parameters;
  const isExhausted = maximumRetryAttempts !== -1 && failed.failures > maximumRetryAttempts;
  if (!isExhausted) return retry(state, failed, 'same-batch', config, now);
  if (batch.purpose === 'records') return giveUp(state, failed, functionError, now);
  if (config.modes.finalExhausted === 'keep-retrying') return retry(state, failed, 'same-batch', config, now);
  return discardWindow(state, failed, functionError, now);
}

function giveUp(state: ShardState, batch: Batch, functionError: FunctionError, now: number): Transition {
  const facts = { shardId: state.shardId, at: now, attempt: batch.tries };
  const why = { reason: 'retries-exhausted', functionError } as const;
  return { state: advance(state, batch), events: discarded(batch.records, facts, why) };
}

function discardWindow(
  state: ShardState,
  batch: Batch,
  functionError: FunctionError,
  now: number,
): Transition {
  const { state: moved, events } = giveUp(state, batch, functionError, now);
  const { window, shardId } = moved;
  if (window === undefined) return { state: moved, events };
  const facts = { shardId, at: now, windowStartMs: window.startMs, windowEndMs: window.endMs };
  const next =
    batch.purpose === 'final' ? closeWindow(moved) : { ...moved, window: { ...window, state: {} } };
  return { state: next, events: [...events, { kind: 'window-final', isDiscarded: true, ...facts }] };
}

function retry(
  state: ShardState,
  batch: Batch,
  how: 'same-batch' | 'halves' | 'remainder',
  config: ShardConfig,
  now: number,
): Transition {
  const delayMs = delayBefore(Math.max(1, batch.tries), config.backoff);
  const facts = { shardId: state.shardId, at: now, ...batchFacts(batch.records, batch.tries + 1) };
  return {
    state: { ...state, queue: [{ ...batch, notBeforeMs: now + delayMs }, ...state.queue] },
    events: [{ kind: 'retry-scheduled', how, delayMs, ...facts }],
  };
}

function delayBefore(retryNumber: number, { baseMs, factor, maxMs }: Backoff): number {
  return Math.min(maxMs, baseMs * factor ** (retryNumber - 1));
}
