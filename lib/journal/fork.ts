import { BEGINNING_OF_TIME, earliestOf, type Predecessor, type ShardFacts } from '../engine/index.ts';
import { after, RetryableError, SHARD_START } from '../model/index.ts';
import { appendEntry, appendToJournal, LONG_READ, writeCheckpoint } from './append.ts';
import { applyRecords } from './apply.ts';
import { JOURNAL_FORMAT, type CheckpointRef, type JournalEntry } from './entry.ts';
import type { TaskMemory } from './memory.ts';
import { announce, deliver, isSent, storeOutbox } from './outbox.ts';
import { memoryAt, recover } from './recovery.ts';
import type { TaskContext } from './task-context.ts';

/**
 * Begins the journal of a shard that was split or merged from others: its state is theirs, as far as their keys hash
 * into its range. `undefined` if the shard has no parents, or they were never read.
 *
 * 1. recover each parent from its journal; one without a journal first forks from its own parents
 * 2. fold in what its log still holds: the parent is closed, so it is drained then, and sends on what it held back
 * 3. tell the stages behind that it has sent its last, and seal it: whoever still writes to its journal loses the fence for good
 * 4. take over the keys of the child's range, the earliest event time among the parents (and how far each was for its
 *    own keys), and the latest processing time
 * 5. append a `fork` entry with that state as its checkpoint
 *
 * Each child of a split does this for its half; the second finds the parent sealed. Nothing here is lost by a crash:
 * every step finds what the one before it left.
 */
export async function forkFromParents(context: TaskContext): Promise<TaskMemory | undefined> {
  const shard = await context.ports.stream.describeShard(context.shardId);
  if (shard === undefined) return undefined;
  const parents: Parent[] = [];
  for (const shardId of shard.parents) {
    const memory = await sealed(context.forShard(shardId));
    if (memory !== undefined) parents.push({ shardId, memory });
  }
  return parents.length === 0 ? undefined : begin(context, shard, parents);
}

interface Parent {
  readonly shardId: string;
  readonly memory: TaskMemory;
}

/** Whose keys were further matters only where shards are merged; one that was never read stands at the beginning. */
async function predecessorsOf(
  { ports }: TaskContext,
  shard: ShardFacts,
  parents: readonly Parent[],
): Promise<readonly Predecessor[]> {
  const isUnread = (parent: string): boolean => parents.every(({ shardId }) => shardId !== parent);
  const predecessors: Predecessor[] = shard.parents
    .filter(isUnread)
    .map(() => ({ time: BEGINNING_OF_TIME, range: undefined }));
  for (const { shardId, memory } of parents) {
    const range = shard.parents.length === 1 ? undefined : await ports.stream.describeShard(shardId);
    predecessors.push({
      time: memory.task.state.time,
      range: range && { firstHash: range.firstHash, lastHash: range.lastHash },
    });
  }
  return predecessors;
}

async function sealed(context: TaskContext): Promise<TaskMemory | undefined> {
  const memory = (await recover(context)) ?? (await forkFromParents(context));
  if (memory === undefined || memory.isSealed) return memory;
  let read = 0;
  for await (const records of context.ports.stream.readAfter(context.shardId, memory.through)) {
    await applyRecords(context, memory.task, records);
    const last = records.at(-1);
    if (last !== undefined) memory.through = after(last.sequenceNumber);
    memory.segments.take();
    memory.outbox = [...memory.outbox, ...memory.task.takeOutputs()];
    await deliver(context, memory);
    read += records.length;
    if (read < LONG_READ) continue;
    await appendToJournal(context, memory);
    read = 0;
  }
  memory.task.end();
  memory.segments.take();
  memory.outbox = [...memory.outbox, ...memory.task.takeOutputs()];
  // Where outputs wait for the journal, what the parent still had to send must be in it first.
  if (context.isTransactional) await appendToJournal(context, memory);
  await deliver(context, memory);
  requireSent(context, memory);
  await announce(context, memory, true);
  await appendToJournal(context, memory, 'seal');
  return memory;
}

/** What the parent has sent must be on its way before anybody is told that it has sent its last. */
function requireSent({ taskId }: TaskContext, { outbox }: TaskMemory): void {
  if (!outbox.some(isSent)) return;
  throw new RetryableError(
    `task "${taskId}" has ended, but some of what it sends is not sent yet; the batch is delivered again to try once more`,
    { code: 'MR2003' },
  );
}

async function begin(context: TaskContext, shard: ShardFacts, all: readonly Parent[]): Promise<TaskMemory> {
  const parents = all.map(({ memory }) => memory);
  const task = context.newStageTask();
  const isOwn = (table: string, key: string): boolean => task.goesWith(table, key, shard);
  for (const parent of parents) task.state.adopt(parent.task.state, isOwn);
  task.state.time = earliestOf(await predecessorsOf(context, shard, all));
  task.state.now = Math.max(...parents.map((parent) => parent.task.state.now));
  task.resume();
  const writer = context.ports.newToken();
  const undelivered = parents.flatMap((parent) => parent.outbox);
  const entry: JournalEntry = {
    format: JOURNAL_FORMAT,
    n: 0,
    kind: 'fork',
    through: SHARD_START,
    writer,
    mayLeaveTails: parents.some((parent) => parent.mayLeaveTails),
    shapes: context.shapes,
    checkpoint: await writeCheckpoint(context, task.state, { n: 0, writer }),
    ...(await storeOutbox(context, undelivered, { n: 0, writer })),
  };
  await appendEntry(context, entry);
  await context.ports.store.removeCheckpoints(context.taskId, entry.n, referredTo(entry));
  return memoryAt(task, entry, undelivered);
}

/** Earlier attempts to begin the journal may have left theirs behind. */
function referredTo({ checkpoint, outboxPieces }: JournalEntry): readonly CheckpointRef[] {
  return [checkpoint, outboxPieces].filter((ref) => ref !== undefined);
}
