import type { TaskState } from '../engine/index.ts';
import { comparePositions, StateConflictError } from '../model/index.ts';
import { JOURNAL_FORMAT, type CheckpointRef, type JournalEntry } from './entry.ts';
import type { TaskMemory } from './memory.ts';
import { storeOutbox } from './outbox.ts';
import type { TaskContext } from './task-context.ts';

/** After so many records of the log what was read is journaled: whoever runs out of time leaves that much less to the next. */
export const LONG_READ = 10_000;

/**
 * Makes what memory holds durable: the entry after the one it stands at, by one conditional write. Does nothing if there
 * is no news since, unless the task is to be sealed.
 *
 * 1. encode what changed
 * 2. where it is due, write a full checkpoint first, under a name nobody else uses; likewise outputs too large for an entry
 * 3. append the entry, which is what makes the checkpoint count
 * 4. remove the checkpoints this one replaces
 *
 * @throws StateConflictError if another writer has appended this entry: memory is out of date
 */
export async function appendToJournal(
  context: TaskContext,
  memory: TaskMemory,
  kind: 'delta' | 'seal' = 'delta',
): Promise<boolean> {
  if (kind === 'delta' && !hasNews(memory)) return false;
  const { taskId, ports, limits, shapes } = context;
  const n = memory.n + 1;
  const writer = ports.newToken();
  const mayLeaveTails = memory.mayLeaveTails || memory.window !== 'none';
  const delta = memory.segments.encodeAll();
  const outbox = await storeOutbox(context, memory.outbox, { n, writer });
  const isFitting = delta.length + (outbox.outbox?.length ?? 0) <= limits.entryBytes;
  const isCheckpointDue =
    memory.isUpgraded || !isFitting || isLongSinceCheckpoint(context, memory, delta.length);
  const taken = isCheckpointDue
    ? await writeCheckpoint(context, memory.task.state, { n, writer })
    : undefined;
  const checkpoint = taken ?? memory.checkpoint;
  await appendEntry(context, {
    format: JOURNAL_FORMAT,
    n,
    kind,
    through: memory.through,
    writer,
    mayLeaveTails,
    shapes,
    ...(isFitting && { delta }),
    ...outbox,
    ...(checkpoint !== undefined && { checkpoint }),
  });
  memory.n = n;
  memory.isSealed = kind === 'seal';
  memory.mayLeaveTails = mayLeaveTails;
  memory.journaled = memory.through;
  memory.journaledOutbox = memory.outbox.length;
  memory.segments.clear();
  memory.checkpoint = checkpoint;
  memory.entriesSinceCheckpoint = taken === undefined ? memory.entriesSinceCheckpoint + 1 : 0;
  memory.isUpgraded &&= taken === undefined;
  memory.bytesSinceCheckpoint = taken === undefined ? memory.bytesSinceCheckpoint + delta.length : 0;
  if (taken !== undefined || outbox.outboxPieces !== undefined) {
    const kept = [checkpoint, outbox.outboxPieces].filter((ref) => ref !== undefined);
    await ports.store.removeCheckpoints(taskId, n, kept);
  }
  return true;
}

/**
 * Records were folded in; a shard that has ended sends on what it held back; or a part of a long outbox was delivered,
 * which must not be done all over again.
 */
function hasNews({ through, journaled, outbox, journaledOutbox }: TaskMemory): boolean {
  const isOtherOutbox = 0 < outbox.length && outbox.length !== journaledOutbox;
  return isOtherOutbox || comparePositions(through, journaled) !== 0;
}

/**
 * Appends, and answers the question an ambiguous failure leaves: an entry with our own token in the slot means that an
 * attempt we thought had failed did succeed.
 */
export async function appendEntry({ taskId, ports }: TaskContext, entry: JournalEntry): Promise<void> {
  const result = await ports.store.append(taskId, entry);
  if (result.kind === 'appended') return;
  const { holder } = result;
  if (holder?.n === entry.n && holder.writer === entry.writer) return;
  throw new StateConflictError(
    `entry ${entry.n} of task "${taskId}" could not be appended: its slot holds entry ` +
      `"${holder?.n ?? 'none'}" of another writer; state is read again`,
  );
}

function isLongSinceCheckpoint(
  { ports, limits }: TaskContext,
  memory: TaskMemory,
  deltaBytes: number,
): boolean {
  const bytes = memory.bytesSinceCheckpoint + deltaBytes;
  const worthwhile = Math.max(memory.checkpoint?.bytes ?? 0, limits.smallestCheckpointBytes);
  return bytes > worthwhile || memory.entriesSinceCheckpoint + 2 > ports.store.slots / 2;
}

/** Writes the whole state; it counts once an entry points at it. */
export function writeCheckpoint(
  { taskId, ports, limits }: TaskContext,
  state: TaskState,
  name: Pick<CheckpointRef, 'n' | 'writer'>,
): Promise<CheckpointRef> {
  return ports.store.writeCheckpoint(taskId, name, state.encodeAll(limits.entriesPerPiece));
}
