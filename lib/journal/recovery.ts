import type { StageTask } from '../engine/index.ts';
import { comparePositions, FatalError, RetryableError, type Output } from '../model/index.ts';
import type { StateShapes } from '../plan/index.ts';
import { JOURNAL_FORMAT, type JournalEntry } from './entry.ts';
import type { TaskMemory } from './memory.ts';
import { readOutbox } from './outbox.ts';
import { Segments } from './segments.ts';
import type { TaskContext } from './task-context.ts';

const MAX_READS = 5;

/** A task with nothing in it yet, standing at this entry. */
export function memoryAt(task: StageTask, entry: JournalEntry, outbox: readonly Output[] = []): TaskMemory {
  return {
    task,
    segments: new Segments(task.state),
    n: entry.n,
    isSealed: entry.kind === 'seal',
    mayLeaveTails: entry.mayLeaveTails,
    window: 'open',
    deliverUntil: undefined,
    journaled: entry.through,
    through: entry.through,
    outbox,
    journaledOutbox: outbox.length,
    checkpoint: entry.checkpoint,
    entriesSinceCheckpoint: 0,
    bytesSinceCheckpoint: 0,
  };
}

/**
 * Builds a task from its journal: the latest checkpoint, then the deltas after it. `undefined` if there is no journal.
 * @throws FatalError if the code can't read what is stored; nothing has been touched then
 */
export async function recover(context: TaskContext): Promise<TaskMemory | undefined> {
  const { ports, taskId, shapes } = context;
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const entries = latestRun(await ports.store.readRing(taskId));
    if (entries === 'none') return undefined;
    if (entries === 'torn') continue;
    for (const entry of entries) requireReadable(taskId, entry, shapes);
    const memory = await unlessReplaced(rebuild(context, entries));
    if (memory !== undefined) return memory;
  }
  throw new RetryableError(
    `journal of task "${taskId}" changed during each of ${MAX_READS} reads; it is read again later`,
  );
}

/**
 * Brings a task that is behind up to the tip of its journal, entry by entry.
 * @returns false if it can't be done from here, and the task must be recovered instead
 */
export async function catchUp(context: TaskContext, memory: TaskMemory): Promise<boolean> {
  const { ports, taskId, shapes } = context;
  let tip: JournalEntry | undefined;
  for (;;) {
    const next = await ports.store.readSlot(taskId, memory.n + 1);
    if (next === undefined || next.n <= memory.n) break;
    requireReadable(taskId, next, shapes);
    const isAhead = comparePositions(memory.through, next.through) > 0;
    if (next.n !== memory.n + 1 || next.delta === undefined || isAhead) return false;
    applyEntry(memory, next);
    memory.task.resume();
    tip = next;
  }
  if (tip === undefined) return true;
  const outbox = await unlessReplaced(readOutbox(context, tip));
  if (outbox === undefined) return false;
  memory.outbox = outbox;
  memory.journaledOutbox = outbox.length;
  return true;
}

/** What is read, or `undefined` if it was removed meanwhile because something newer has replaced it. */
async function unlessReplaced<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof RetryableError) return undefined;
    throw error;
  }
}

/** Takes an entry in that follows what the memory holds. Its values are whole, so what memory had beyond is overwritten. */
function applyEntry(memory: TaskMemory, entry: JournalEntry): void {
  if (entry.delta !== undefined) memory.task.state.apply(entry.delta);
  memory.task.state.takeChanges();
  memory.segments.clear();
  memory.n = entry.n;
  memory.isSealed = entry.kind === 'seal';
  memory.mayLeaveTails = entry.mayLeaveTails;
  memory.journaled = entry.through;
  memory.through = entry.through;
  if (entry.checkpoint?.n === entry.n) {
    memory.checkpoint = entry.checkpoint;
    memory.entriesSinceCheckpoint = 0;
    memory.bytesSinceCheckpoint = 0;
  } else {
    memory.entriesSinceCheckpoint += 1;
    memory.bytesSinceCheckpoint += entry.delta?.length ?? 0;
  }
}

/** The newest entry and all before it that are needed, oldest first; `torn` if the ring changed while it was read. */
function latestRun(ring: readonly JournalEntry[]): 'none' | 'torn' | readonly JournalEntry[] {
  const sorted = ring.toSorted((a, b) => a.n - b.n);
  const tip = sorted.at(-1);
  if (tip === undefined) return 'none';
  const first = tip.checkpoint?.n ?? 0;
  const run = sorted.filter(({ n }) => n >= first);
  return run.length === tip.n - first + 1 ? run : 'torn';
}

async function rebuild(
  context: TaskContext,
  entries: readonly JournalEntry[],
): Promise<TaskMemory | undefined> {
  const { ports, taskId, newStageTask } = context;
  const [base, ...rest] = entries;
  const tip = entries.at(-1);
  if (base === undefined || tip === undefined) return undefined;
  const task = newStageTask();
  if (base.checkpoint !== undefined) {
    for (const piece of await ports.store.readCheckpoint(taskId, base.checkpoint)) task.state.apply(piece);
  } else if (base.delta !== undefined) task.state.apply(base.delta);
  const memory = memoryAt(task, base);
  for (const entry of rest) applyEntry(memory, entry);
  memory.outbox = await readOutbox(context, tip);
  memory.journaledOutbox = memory.outbox.length;
  task.state.takeChanges();
  task.resume();
  return memory;
}

function requireReadable(
  taskId: string,
  { format, n, shapes: stored }: JournalEntry,
  current: StateShapes,
): void {
  if (format !== JOURNAL_FORMAT) {
    throw new FatalError(
      `entry ${n} of task "${taskId}" has format "${format}", and this version reads "${JOURNAL_FORMAT}"; ` +
        'deploy the version that wrote it, or a newer one',
    );
  }
  for (const [id, shape] of Object.entries(stored)) {
    const now = current[id];
    if (now === shape) continue;
    const change = now === undefined ? `the pipeline has no operator "${id}" any more` : `it is now "${now}"`;
    throw new FatalError(
      `task "${taskId}" has state of operator "${id}" as "${shape}", but ${change}; bring the old definition back, or ` +
        'give the changed operator a new id to start it without state',
    );
  }
}
