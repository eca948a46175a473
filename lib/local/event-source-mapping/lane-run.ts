import { messageOf } from '../../model/errors.ts';
import type { InvokeResult } from '../lambda/invoke-result.ts';
import { MAX_PAYLOAD_BYTES } from '../lambda/limits.ts';
import { complete } from './complete.ts';
import type { FaultOf } from './faults.ts';
import { kinesisEvent } from './kinesis-event.ts';
import type { MappingEvent, RecordDiscarded } from './mapping-event.ts';
import { nextStep } from './next-step.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import type { ShardReader } from './shard-reader.ts';
import {
  batchFacts,
  doneThrough,
  isSettled,
  withRead,
  type Action,
  type ShardConfig,
  type ShardState,
  type Transition,
} from './shard-state.ts';
import type { WaitingClock } from './waiting-clock.ts';

export interface LaneRunOptions {
  readonly initial: ShardState;
  readonly config: ShardConfig;
  readonly reader: ShardReader;
  readonly invoke: (event: object) => Promise<InvokeResult>;
  readonly faultOf: FaultOf;
  readonly clock: WaitingClock;
  readonly signal: AbortSignal;
  readonly onEvent: (event: MappingEvent) => void;
  /** Called with every discard; false if the mapping was stopped before its failure destination took it. */
  readonly onDiscard: (event: RecordDiscarded) => Promise<boolean>;
  /** Called after every step that has got further, with the state reached. */
  readonly save: (state: ShardState) => Promise<void>;
  /** Called after every step, with the state reached. */
  readonly onStep: (state: ShardState) => void;
  /** Whether no new batch may begin; asked before each. One that is to be retried goes on. */
  readonly isHeld: () => boolean;
}

/**
 * Carries out the decisions about one lane of a shard until the shard has ended or `signal` is aborted; a batch in flight
 * is finished first. Reads that fail are repeated at the pace of polling, from where the last good one ended.
 *
 * @returns whether the lane has been read and processed to its end
 */
export async function runLane(options: LaneRunOptions): Promise<boolean> {
  const { config, clock, signal, onStep, save } = options;
  let state = options.initial;
  while (!signal.aborted) {
    if (state.queue.length === 0 && options.isHeld()) {
      await clock.sleep(config.pollMs, signal);
      continue;
    }
    const before = state;
    const step = nextStep(state, config, clock.now());
    state = step.state;
    if (!(await announce(step.events, options))) return false;
    switch (step.action.kind) {
      case 'deliver': {
        const completed = await deliver(state, step.action, options);
        state = completed.state;
        if (!(await announce(completed.events, options))) return false;
        break;
      }
      case 'read':
        state = await read(state, options);
        break;
      case 'idle':
        onStep(state);
        await clock.sleep(step.action.untilMs - clock.now(), signal);
        break;
      case 'end':
        return true;
    }
    const hasMoved = doneThrough(state) !== doneThrough(before) || state.window !== before.window;
    if (hasMoved) await save(state);
    onStep(state);
  }
  return false;
}

/** @returns false if a failure destination has not taken its message: then nothing may be checkpointed */
async function announce(
  events: readonly MappingEvent[],
  { onEvent, onDiscard }: LaneRunOptions,
): Promise<boolean> {
  for (const event of events) {
    onEvent(event);
    if (event.kind === 'record-discarded' && !(await onDiscard(event))) return false;
  }
  return true;
}

async function deliver(
  state: ShardState,
  { batch, window }: Extract<Action, { kind: 'deliver' }>,
  { config, clock, invoke, faultOf, onEvent }: LaneRunOptions,
): Promise<Transition> {
  const { records, purpose } = batch;
  const isTerminatedEarly = purpose === 'terminated-early';
  const shown = isTerminatedEarly && config.modes.oversizedState === 'dropped' ? {} : window?.state;
  const event = kinesisEvent(
    config.source,
    state.shardId,
    records,
    window && { ...window, state: shown, isFinal: purpose === 'final', isTerminatedEarly },
  );
  const facts = batchFacts(records, batch.tries + 1);
  const started = { kind: 'batch-started', shardId: state.shardId, at: clock.now(), ...facts } as const;
  onEvent(started);
  const fault = faultOf(started);
  const outcome =
    oversized(event, records.length, config) ??
    outcomeOf(await invoke(event), batch, config.parameters, config.modes);
  return fault === 'drop-response'
    ? complete(state, DROPPED, config, clock.now())
    : complete(state, outcome, config, clock.now(), fault);
}

const DROPPED: Outcome = {
  kind: 'failed',
  errorType: 'ResponseDropped',
  message: 'the response was dropped',
  functionError: 'Unhandled',
};

/** Only a batch of one record can be too large: any other was cut before it became so. */
function oversized(event: object, records: number, { modes }: ShardConfig): Outcome | undefined {
  if (records !== 1) return undefined;
  const bytes = Buffer.byteLength(JSON.stringify(event));
  if (bytes <= MAX_PAYLOAD_BYTES) return undefined;
  const message = `the request has ${bytes} bytes; Lambda accepts ${MAX_PAYLOAD_BYTES}`;
  return modes.oversizedRecord === 'not-invoked'
    ? { kind: 'not-invoked', message }
    : { kind: 'failed', errorType: 'RequestTooLarge', message, functionError: 'Unhandled' };
}

async function read(state: ShardState, options: LaneRunOptions): Promise<ShardState> {
  const { reader, clock, config, signal, onEvent } = options;
  try {
    return withRead(state, await reader.read(), clock.now());
  } catch (error) {
    onEvent({ kind: 'read-failed', shardId: state.shardId, at: clock.now(), message: messageOf(error) });
    await clock.sleep(config.pollMs, signal);
    return state;
  }
}

/** Whether everything of the lane up to the shard's tip is done. */
export function isDrained(state: ShardState): boolean {
  return state.tipAt !== undefined && isSettled(state);
}
