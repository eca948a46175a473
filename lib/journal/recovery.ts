import { NO_UPGRADE, type StageTask, type StateUpgrade } from '../engine/index.ts';
import { comparePositions, RetryableError, type Output } from '../model/index.ts';
import type { JournalEntry } from './entry.ts';
import type { TaskMemory } from './memory.ts';
import { readOutbox } from './outbox.ts';
import { Segments } from './segments.ts';
import type { TaskContext } from './task-context.ts';
import { upgradeOf } from './upgrade.ts';

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
    isUpgraded: false,
    announced: undefined,
    peers: undefined,
  };
}

/**
 * Builds a task from its journal: the latest checkpoint, then the deltas after it. `undefined` if there is no journal.
 * @throws FatalError if the code can't read what is stored; nothing has been touched then
 */
export async function recover(context: TaskContext): Promise<TaskMemory | undefined> {
  const { ports, taskId } = context;
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const entries = latestRun(await ports.store.readRing(taskId));
    if (entries === 'none') return undefined;
    if (entries === 'torn') continue;
    const upgrades = entries.map((entry) => upgradeOf(context, entry));
    const memory = await unlessReplaced(rebuild(context, entries, upgrades));
    if (memory !== undefined) return memory;
  }
  throw new RetryableError(
    `journal of task "${taskId}" changed during each of ${MAX_READS} reads; it is read again later`,
    { code: 'MR2001' },
  );
}

/**
 * Brings a task that is behind up to the tip of its journal, entry by entry.
 * @returns false if it can't be done from here, and the task must be recovered instead
 */
export async function catchUp(context: TaskContext, memory: TaskMemory): Promise<boolean> {
  const { ports, taskId } = context;
  let tip: JournalEntry | undefined;
  for (;;) {
    const next = await ports.store.readSlot(taskId, memory.n + 1);
    if (next === undefined || next.n <= memory.n) break;
    const upgrade = upgradeOf(context, next);
    const isAhead = comparePositions(memory.through, next.through) > 0;
    if (next.n !== memory.n + 1 || next.delta === undefined || isAhead) return false;
    applyEntry(memory, next, upgrade);
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
function applyEntry(memory: TaskMemory, entry: JournalEntry, upgrade: StateUpgrade): void {
  if (entry.delta !== undefined) memory.task.state.apply(entry.delta, upgrade);
  memory.isUpgraded ||= upgrade !== NO_UPGRADE;
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
  upgrades: readonly StateUpgrade[],
): Promise<TaskMemory | undefined> {
  const { ports, taskId, newStageTask } = context;
  const [base, ...rest] = entries;
  const [upgrade = NO_UPGRADE, ...restUpgrades] = upgrades;
  const tip = entries.at(-1);
  if (base === undefined || tip === undefined) return undefined;
  const task = newStageTask();
  if (base.checkpoint !== undefined) {
    for (const piece of await ports.store.readCheckpoint(taskId, base.checkpoint)) {
      task.state.apply(piece, upgrade);
    }
  } else if (base.delta !== undefined) task.state.apply(base.delta, upgrade);
  const memory = memoryAt(task, base);
  memory.isUpgraded = upgrade !== NO_UPGRADE;
  rest.forEach((entry, index) => applyEntry(memory, entry, restUpgrades[index] ?? NO_UPGRADE));
  memory.outbox = await readOutbox(context, tip);
  memory.journaledOutbox = memory.outbox.length;
  task.state.takeChanges();
  task.resume();
  return memory;
}
