import type { Sent, Shuffle } from '../engine/index.ts';
import {
  comparePositions,
  decode,
  encode,
  FatalError,
  isCovered,
  RetryableError,
  type DeadLetterOutput,
  type Output,
  type SentOutput,
  type TableOutput,
} from '../model/index.ts';
import type { CheckpointRef, JournalEntry } from './entry.ts';
import type { TaskMemory } from './memory.ts';
import type { TaskContext } from './task-context.ts';

/** Outputs not known to be delivered, as bytes; nothing if there are none. */
export function encodeOutbox(outputs: readonly Output[]): Uint8Array | undefined {
  return outputs.length === 0 ? undefined : encode(outputs);
}

export function decodeOutbox(bytes: Uint8Array | undefined): readonly Output[] {
  return bytes === undefined ? [] : (decode(bytes) as readonly Output[]);
}

type StoredOutbox = Pick<JournalEntry, 'outbox' | 'outboxPieces'>;

/** Puts outputs where an entry can hold them: within it, or in pieces beside it if they are too large. */
export async function storeOutbox(
  { ports, taskId, limits }: TaskContext,
  outputs: readonly Output[],
  name: Pick<CheckpointRef, 'n' | 'writer'>,
): Promise<StoredOutbox> {
  const outbox = encodeOutbox(outputs);
  if (outbox === undefined) return {};
  if (outbox.length <= limits.entryBytes / 2) return { outbox };
  const ownName = { ...name, writer: `${name.writer}.outbox` };
  return {
    outboxPieces: await ports.store.writeCheckpoint(taskId, ownName, pieces(outputs, limits.entriesPerPiece)),
  };
}

/** @throws RetryableError if the pieces are gone: a newer entry has replaced them */
export async function readOutbox(
  { ports, taskId }: TaskContext,
  { outbox, outboxPieces }: StoredOutbox,
): Promise<readonly Output[]> {
  if (outboxPieces === undefined) return decodeOutbox(outbox);
  const read = await ports.store.readCheckpoint(taskId, outboxPieces);
  return read.flatMap(decodeOutbox);
}

/**
 * Delivers what waits, and keeps what could not be delivered. Where delivery is transactional, only what the journal
 * holds is ready; the rest waits for the append that covers it.
 */
export async function deliver(context: TaskContext, memory: TaskMemory): Promise<void> {
  const isReady = (output: Output): boolean => isJournaled(context, memory, output);
  const all = context.isTransactional ? memory.outbox.filter(isReady) : memory.outbox;
  const ready = all.map((output): Output => (isForNobody(context, output) ? unsendable(output) : output));
  const waiting = context.isTransactional ? memory.outbox.filter((output) => !isReady(output)) : [];
  const left = [
    ...(await deliverToTables(context, ready.filter(isForTables), memory.deliverUntil)),
    ...(await send(context, memory, ready.filter(isSent))),
  ];
  memory.outbox = left.length === 0 ? waiting : [...inOrder(ready, left), ...waiting];
}

/** Whether it is for a stage that only an earlier version of the pipeline had. */
function isForNobody({ receivers }: TaskContext, output: Output): output is SentOutput {
  return isSent(output) && !receivers.includes(output.to);
}

function unsendable({ id, timestamp, to, edge, event }: SentOutput): DeadLetterOutput {
  return {
    kind: 'dead-letter',
    id,
    timestamp,
    reason: 'undeliverable',
    operator: edge,
    message: `it was to be sent to stage "${to}", and the pipeline has no such stage any more`,
    partitionKey: event.key ?? '',
    arrival: timestamp,
    data: new Uint8Array(),
    value: event.value,
  };
}

function inOrder(all: readonly Output[], some: readonly Output[]): readonly Output[] {
  const wanted = new Set(some);
  return all.filter((output) => wanted.has(output));
}

async function deliverToTables(
  { ports }: TaskContext,
  outputs: readonly TableOutput[],
  until: AbortSignal | undefined,
): Promise<readonly Output[]> {
  return outputs.length === 0 ? [] : ports.sinks.deliver(outputs, until);
}

/** Sends events on and, if it may be told, how far the task has got with them. */
async function send(
  context: TaskContext,
  memory: TaskMemory,
  outputs: readonly SentOutput[],
): Promise<readonly SentOutput[]> {
  if (outputs.length === 0) return [];
  const isNews = memory.announced !== memory.task.state.time.watermark;
  if (isNews && mayTell(context, memory))
    return (await tell(context, memory, { outputs, until: memory.deliverUntil })).left;
  const left: SentOutput[] = [];
  for (const to of new Set(outputs.map((output) => output.to))) {
    const own = outputs.filter((output) => output.to === to);
    left.push(...(await shuffleOf(context).send(to, own, undefined, memory.deliverUntil)).left);
  }
  return left;
}

/**
 * Tells the stages behind how far this task has got, unless something it has sent is still on its way, the journal has to
 * know first, or they know.
 * @param isEnded everything the shard ever held is through
 * @throws RetryableError if one of their tasks wasn't told
 */
export async function announce(context: TaskContext, memory: TaskMemory, isEnded = false): Promise<void> {
  if (context.receivers.length === 0 || memory.outbox.some(isSent) || !mayTell(context, memory)) return;
  if (memory.announced === memory.task.state.time.watermark && !isEnded) return;
  const { isTold } = await tell(context, memory, { isEnded });
  if (isTold) return;
  throw new RetryableError(
    `not every task behind "${context.taskId}" could be told how far it has got; the batch is delivered again`,
    { code: 'MR2006' },
  );
}

/** Where delivery waits for the journal, the same records may have other results until it holds them. */
function mayTell({ isTransactional }: TaskContext, { through, journaled }: TaskMemory): boolean {
  return !isTransactional || comparePositions(through, journaled) === 0;
}

interface Telling {
  readonly outputs?: readonly SentOutput[];
  readonly isEnded?: boolean;
  readonly until?: AbortSignal | undefined;
}

/** Sends what there is to each of the stages behind, and how far this task has got. */
async function tell(
  context: TaskContext,
  memory: TaskMemory,
  { outputs = [], isEnded = false, until }: Telling,
): Promise<Sent> {
  const { receivers, stageId, shardId } = context;
  const { watermark } = memory.task.state.time;
  const shuffle = shuffleOf(context);
  // Shards come only where others end, and one that ends says who is there now.
  if (memory.peers === undefined || isEnded)
    memory.peers = (await shuffle.peers()).map((peer) => `${stageId}/${peer}`);
  const { peers } = memory;
  const left: SentOutput[] = [];
  let isTold = true;
  for (const to of receivers) {
    const sent = await shuffle.send(
      to,
      outputs.filter((output) => output.to === to),
      { producer: `${stageId}/${shardId}`, watermark: memory.task.progressFor(to), peers, isEnded },
      until,
    );
    left.push(...sent.left);
    isTold &&= sent.isTold;
  }
  if (isTold) memory.announced = watermark;
  return { left, isTold };
}

function shuffleOf({ ports, stageId }: TaskContext): Shuffle {
  if (ports.shuffle !== undefined) return ports.shuffle;
  throw new FatalError(
    `stage "${stageId}" sends to others and was given no way to; deploy the pipeline again`,
    { code: 'MR1005' },
  );
}

export function isSent(output: Output): output is SentOutput {
  return output.kind === 'sent';
}

function isForTables(output: Output): output is TableOutput {
  return output.kind !== 'sent';
}

/** What a tail must carry: the entry it continues holds the rest. */
export function outputsBeyondJournal(context: TaskContext, memory: TaskMemory): readonly Output[] {
  return memory.outbox.filter((output) => !isJournaled(context, memory, output));
}

/** What a parent shard has left is in the journal too: in the entry that began this one. */
function isJournaled({ shardId }: TaskContext, { journaled }: TaskMemory, { id }: Output): boolean {
  return id.shardId !== shardId || isCovered(journaled, id.sequenceNumber);
}

function* pieces(outputs: readonly Output[], size: number): Iterable<Uint8Array> {
  for (let start = 0; start < outputs.length; start += size) yield encode(outputs.slice(start, start + size));
}
