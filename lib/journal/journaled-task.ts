import type { Pipeline } from '../dsl/index.ts';
import { HaltError } from '../engine/index.ts';
import {
  after,
  before,
  comparePositions,
  formatPosition,
  isCovered,
  RetryableError,
  StateConflictError,
  type InputRecord,
  type Position,
  type SequenceNumber,
} from '../model/index.ts';
import type { StagePlan } from '../plan/index.ts';
import { appendToJournal, LONG_READ } from './append.ts';
import { applyRecords } from './apply.ts';
import type { Invocation, InvocationResult } from './invocation.ts';
import type { TaskMemory } from './memory.ts';
import { obtainState } from './obtain.ts';
import { announce, deliver, encodeOutbox, outputsBeyondJournal } from './outbox.ts';
import { Tally } from './report.ts';
import { encodeTail, lengthOf, type EncodedTail } from './tail.ts';
import {
  DEFAULT_LIMITS,
  taskContext,
  type TaskContext,
  type TaskLimits,
  type TaskPorts,
} from './task-context.ts';

const MAX_REDOS = 4;
/** Of an entry, a tail may fill so much before it is journaled; one more batch still fits then. */
const SHARE_OF_ENTRY = 0.85;

/**
 * A task and its journal: takes what the event source mapping delivers, in whatever way it delivers it, and applies
 * each record once.
 *
 * An invocation:
 * 1. obtains the newest state there is, from memory, journal and tail (I4)
 * 2. where records may lie between that state and the batch, reads them from the input log first
 * 3. drops the records that are in the state already (I1)
 * 4. asks outside for all that the others need to know, then runs these through the operators
 * 5. delivers outputs; what can't be delivered stays in the outbox (I3)
 * 6. appends to the journal, if nothing else would keep the changes, they grow too large, or they came of what tables
 *    have said: one conditional write (I2)
 * 7. tells the stages behind how far it has got
 * 8. returns the tail
 *
 * Whatever fails on the way, memory is dropped, and the next attempt begins from what is stored. One invocation runs
 * at a time; others wait.
 */
export class JournaledTask {
  readonly #context: TaskContext;
  #memory: TaskMemory | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    pipeline: Pipeline,
    stage: StagePlan,
    shardId: string,
    ports: TaskPorts,
    limits: TaskLimits = DEFAULT_LIMITS,
  ) {
    this.#context = taskContext(pipeline, stage, shardId, ports, limits);
  }

  /** @throws RetryableError, FatalError, or whatever a port throws: the batch must be delivered again */
  invoke(invocation: Invocation): Promise<InvocationResult> {
    const result = this.#last.then(() => this.#untilSettled(invocation));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** A conflict and a halt are both resolved by beginning again from what is stored. */
  async #untilSettled(invocation: Invocation): Promise<InvocationResult> {
    let halted: HaltError | undefined;
    for (let redos = 0; redos < MAX_REDOS; redos += 1) {
      try {
        return await this.#attempt(invocation, halted);
      } catch (error) {
        this.#memory = undefined;
        if (error instanceof HaltError) {
          // The batch ends before it by now: it must be one of a parent shard.
          if (error.sequenceNumber === halted?.sequenceNumber) requireWithin([], error);
          halted = error;
        } else if (!(error instanceof StateConflictError)) throw error;
      }
    }
    throw new RetryableError(
      `task "${this.#context.taskId}" lost its journal to another writer ${MAX_REDOS} times; the batch is delivered again`,
      { code: 'MR2001' },
    );
  }

  async #attempt(invocation: Invocation, halted: HaltError | undefined): Promise<InvocationResult> {
    const tally = new Tally();
    const records = recordsBefore(halted?.sequenceNumber, invocation.records);
    const obtained = await obtainState(this.#context, this.#memory, invocation);
    if (obtained === undefined) {
      return {
        windowState: {},
        report: tally.report({ undelivered: 0, watermark: undefined, tailBytes: 0 }),
        ...(halted !== undefined && { haltedAt: halted }),
      };
    }
    const { memory } = obtained;
    memory.window = invocation.window;
    memory.deliverUntil = invocation.deliverUntil;
    if (obtained.gapUpTo !== undefined)
      await this.#closeGap(memory, obtained.gapUpTo, halted?.sequenceNumber, tally);
    await this.#fold(memory, records, tally);
    const isTailEnough =
      invocation.window === 'open' &&
      halted === undefined &&
      !obtained.mustAppend &&
      !this.#context.asksTables;
    if (!isTailEnough) {
      await this.#commit(memory, tally);
    }
    if (invocation.window !== 'open') this.#requireDelivered(memory);
    await announce(this.#context, memory);
    if (halted !== undefined) requireWithin(invocation.records, halted);
    this.#memory = memory;
    const windowState = this.#tailOf(memory, invocation.windowId);
    return {
      windowState,
      report: tally.report({
        undelivered: memory.outbox.length,
        watermark: memory.task.state.time.watermark,
        tailBytes: lengthOf(windowState),
      }),
      ...(halted !== undefined && { haltedAt: halted }),
    };
  }

  /** Folds in what the log holds between the state and there: window state was lost, or another writer was here. */
  async #closeGap(
    memory: TaskMemory,
    upTo: Position,
    haltedAt: SequenceNumber | undefined,
    tally: Tally,
  ): Promise<void> {
    const { ports, shardId, taskId } = this.#context;
    let journaled = 0;
    for await (const found of ports.stream.readAfter(shardId, memory.through)) {
      const inGap = found.filter(({ sequenceNumber }) => isCovered(upTo, sequenceNumber));
      const missing = recordsBefore(haltedAt, inGap);
      tally.recoveredFromLog += missing.length;
      await this.#fold(memory, missing, tally);
      if (missing.length < found.length || comparePositions(memory.through, upTo) >= 0) return;
      if (tally.recoveredFromLog - journaled < LONG_READ) continue;
      await this.#commit(memory, tally);
      journaled = tally.recoveredFromLog;
    }
    throw new RetryableError(
      `the log of task "${taskId}" ends before position "${formatPosition(upTo)}", where the mapping is; it is read again`,
      { code: 'MR2002' },
    );
  }

  async #fold(memory: TaskMemory, records: readonly InputRecord[], tally: Tally): Promise<void> {
    const fresh = recordsAfter(memory.through, records);
    tally.records += records.length;
    tally.skipped += records.length - fresh.length;
    const [first] = fresh;
    const { now } = memory.task.state;
    if (first !== undefined && Number.isFinite(now)) {
      tally.silenceMs = Math.max(tally.silenceMs, first.arrival - now);
    }
    await applyRecords(this.#context, memory.task, fresh);
    const last = fresh.at(-1);
    if (last !== undefined) {
      memory.through = after(last.sequenceNumber);
      memory.segments.take();
    }
    const outputs = memory.task.takeOutputs();
    tally.count(outputs);
    memory.outbox = memory.outbox.length === 0 ? outputs : [...memory.outbox, ...outputs];
    await deliver(this.#context, memory);
    const waitingBytes = this.#outboxOfTail(memory)?.length ?? 0;
    if (memory.segments.sizeBytes + waitingBytes > tailLimit(this.#context, memory))
      await this.#commit(memory, tally);
  }

  async #commit(memory: TaskMemory, tally: Tally): Promise<void> {
    if (await appendToJournal(this.#context, memory)) tally.appended += 1;
    if (this.#context.isTransactional) await deliver(this.#context, memory);
  }

  /** Nobody may come by for a long time: what waits is tried again by the same batch, as its records are journaled. */
  #requireDelivered({ outbox }: TaskMemory): void {
    if (outbox.length === 0) return;
    throw new RetryableError(
      `${outbox.length} outputs of task "${this.#context.taskId}" could not be delivered; they are in the journal, and ` +
        'the batch is delivered again to try once more',
      { code: 'MR2003' },
    );
  }

  #tailOf(memory: TaskMemory, window = ''): EncodedTail {
    const { n, through, segments } = memory;
    const tail = { n, through, segments: segments.bytes, outbox: this.#outboxOfTail(memory) };
    return encodeTail(tail, { plan: this.#context.fingerprint, window });
  }

  #outboxOfTail(memory: TaskMemory): Uint8Array | undefined {
    return encodeOutbox(outputsBeyondJournal(this.#context, memory));
  }
}

function tailLimit({ limits }: TaskContext, { checkpoint }: TaskMemory): number {
  const isCheckpointDear = checkpoint !== undefined && checkpoint.bytes > limits.tailBytes;
  return isCheckpointDear ? Math.min(limits.tailBytes, SHARE_OF_ENTRY * limits.entryBytes) : limits.tailBytes;
}

/** A record in front of the batch can't be reported as its failure, and a tail that ends there wouldn't fit the batch. */
function requireWithin(records: readonly InputRecord[], halted: HaltError): void {
  if (records.some(({ sequenceNumber }) => sequenceNumber === halted.sequenceNumber)) return;
  throw new RetryableError(`${halted.message}; the record lies before the batch, which is delivered again`, {
    code: 'MR2004',
    cause: halted,
  });
}

/** They come in order: what lies before the position lies in front. */
function recordsAfter(position: Position, records: readonly InputRecord[]): readonly InputRecord[] {
  const first = records.findIndex(({ sequenceNumber }) => !isCovered(position, sequenceNumber));
  if (first === 0) return records;
  return first === -1 ? [] : records.slice(first);
}

function recordsBefore(
  end: SequenceNumber | undefined,
  records: readonly InputRecord[],
): readonly InputRecord[] {
  return end === undefined
    ? records
    : records.filter(({ sequenceNumber }) => isCovered(before(end), sequenceNumber));
}
