import { MAX_PAYLOAD_BYTES } from '../lambda/limits.ts';
import { envelopeBytes, eventRecordBytes, type SourceRecord } from './kinesis-event.ts';
import type { MappingEvent } from './mapping-event.ts';
import {
  discarded,
  type Action,
  type Batch,
  type ShardConfig,
  type ShardState,
  type Transition,
} from './shard-state.ts';
import { belongsTo, openWindow, type OpenWindow } from './tumbling-window.ts';

/**
 * Decides what happens next on a shard with nothing in flight. In this order:
 * 1. records past their age are dropped;
 * 2. a batch that waits for its retry goes before everything else;
 * 3. a window that is over gets its final invocation;
 * 4. a batch is formed from what was read, if it is full or has waited long enough;
 * 5. otherwise the shard is read, or there is nothing to do for a while.
 */
export function nextStep(
  state: ShardState,
  config: ShardConfig,
  now: number,
): Transition & { readonly action: Action } {
  const { state: fresh, events } = dropExpired(state, config, now);
  const head = fresh.queue[0];
  if (head !== undefined) return { events, ...deliverOrWait(fresh, head, config, now) };
  if (fresh.window !== undefined && isOver(fresh.window, fresh, config)) {
    return { events, ...deliver(enqueue(fresh, newBatch('final', [])), now) };
  }
  return { events, ...formOrRead(fresh, config, now) };
}

interface Step {
  readonly state: ShardState;
  readonly action: Action;
}

function deliverOrWait(state: ShardState, head: Batch, config: ShardConfig, now: number): Step {
  if (head.notBeforeMs <= now) return deliver(state, now);
  const first = head.records[0];
  const expiresMs = first === undefined ? Infinity : first.arrivalMs + maxAgeMs(config);
  return { state, action: { kind: 'idle', untilMs: Math.min(head.notBeforeMs, expiresMs) } };
}

function deliver(state: ShardState, now: number): Step {
  const [batch] = state.queue;
  if (batch === undefined) throw new RangeError(`nothing is queued on shard "${state.shardId}"`);
  return { state: { ...state, deliveredAt: now }, action: { kind: 'deliver', batch, window: state.window } };
}

function enqueue(state: ShardState, batch: Batch): ShardState {
  return { ...state, queue: [...state.queue, batch] };
}

export function newBatch(purpose: Batch['purpose'], records: readonly SourceRecord[]): Batch {
  return { purpose, records, failures: 0, tries: 0, notBeforeMs: 0 };
}

/** A later record was seen, the shard ended, or no record came for long enough after the window's end. */
function isOver(window: OpenWindow, state: ShardState, config: ShardConfig): boolean {
  const [first] = state.buffer;
  if (first !== undefined) return !belongsTo(window, first, config.modes.arrivalInClosedWindow);
  return state.isReadToEnd || (state.tipAt !== undefined && state.tipAt >= window.endMs + config.idleFinalMs);
}

function formOrRead(state: ShardState, config: ShardConfig, now: number): Step {
  const { parameters, pollMs } = config;
  const readDueMs = state.tipAt === undefined ? now : state.tipAt + pollMs;
  const [first] = state.buffer;
  if (first === undefined) {
    if (state.isReadToEnd) return { state, action: { kind: 'end' } };
    return { state, action: readDueMs <= now ? { kind: 'read' } : { kind: 'idle', untilMs: readDueMs } };
  }

  const window = windowOf(first, state, config);
  const records = takeBatch(state, window, config);
  const isFull = records.length < state.buffer.length || records.length === parameters.batchSize;
  if (isFull || state.isReadToEnd) return deliver(cut(state, records, window, config), now);

  if (state.tipAt === undefined) return { state, action: { kind: 'read' } };
  const dueMs = Math.max(state.freeSince, state.bufferedAt) + parameters.maximumBatchingWindowSeconds * 1000;
  if (dueMs <= now) return deliver(cut(state, records, window, config), now);
  if (readDueMs <= now) return { state, action: { kind: 'read' } };
  return { state, action: { kind: 'idle', untilMs: Math.min(dueMs, readDueMs) } };
}

function windowOf(record: SourceRecord, state: ShardState, config: ShardConfig): OpenWindow | undefined {
  const sizeMs = config.parameters.tumblingWindowSeconds * 1000;
  if (sizeMs === 0) return undefined;
  const mode = config.modes.arrivalInClosedWindow;
  return state.window ?? openWindow(record, sizeMs, state.closedThroughMs, state.position, mode);
}

/** As many records as one request may carry: BatchSize, one window, 6 MB; but at least one. */
function takeBatch(
  state: ShardState,
  window: OpenWindow | undefined,
  { parameters, modes, source }: ShardConfig,
): readonly SourceRecord[] {
  const envelope = window && { ...window, isFinal: false, isTerminatedEarly: false };
  let bytes = envelopeBytes(source, state.shardId, envelope);
  let count = 0;
  for (const record of state.buffer) {
    if (count === parameters.batchSize) break;
    if (window !== undefined && !belongsTo(window, record, modes.arrivalInClosedWindow)) break;
    bytes += eventRecordBytes(source, state.shardId, record);
    if (count > 0 && bytes > MAX_PAYLOAD_BYTES) break;
    count += 1;
  }
  return state.buffer.slice(0, count);
}

function cut(
  state: ShardState,
  records: readonly SourceRecord[],
  window: OpenWindow | undefined,
  config: ShardConfig,
): ShardState {
  const rest = { ...state, buffer: state.buffer.slice(records.length), window };
  const isFinal = window !== undefined && finalComesWithRecords(config) && isOver(window, rest, config);
  return enqueue(rest, newBatch(isFinal ? 'final' : 'records', records));
}

function finalComesWithRecords({ modes, random }: ShardConfig): boolean {
  if (modes.finalInvoke === 'either') return random() < 0.5;
  return modes.finalInvoke === 'on-last-batch';
}

function maxAgeMs({ parameters, retentionMs }: ShardConfig): number {
  const { maximumRecordAgeSeconds } = parameters;
  return maximumRecordAgeSeconds === -1 ? retentionMs : Math.min(retentionMs, maximumRecordAgeSeconds * 1000);
}

/** Drops the records at the front that are too old; a batch that only partly expired goes on with the rest. */
function dropExpired(state: ShardState, config: ShardConfig, now: number): Transition {
  const expiryMs = now - maxAgeMs(config);
  const events: MappingEvent[] = [];
  let current = state;
  for (;;) {
    const [head, ...later] = current.queue;
    const records = head?.records ?? current.buffer;
    const alive = records.findIndex((record) => record.arrivalMs > expiryMs);
    const expired = alive === -1 ? records : records.slice(0, alive);
    const last = expired.at(-1);
    if (last === undefined) return { state: current, events };

    const rest = records.slice(expired.length);
    const facts = { shardId: state.shardId, at: now, attempt: head?.tries ?? 0 };
    events.push(...discarded(expired, facts, { reason: 'record-age-exceeded', functionError: null }));
    current = { ...current, position: last.sequenceNumber };
    if (head === undefined) current = { ...current, buffer: rest };
    else if (rest.length === 0 && head.purpose === 'records') current = { ...current, queue: later };
    else current = { ...current, queue: [{ ...head, records: rest }, ...later] };
  }
}
