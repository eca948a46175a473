import { before, comparePositions, type InputRecord, type Position } from '../model/index.ts';
import { appendEntry } from './append.ts';
import { JOURNAL_FORMAT, type JournalEntry } from './entry.ts';
import type { Invocation } from './invocation.ts';
import type { TaskMemory } from './memory.ts';
import { forkFromParents } from './fork.ts';
import { decodeOutbox, outputsBeyondJournal } from './outbox.ts';
import { catchUp, memoryAt, recover } from './recovery.ts';
import { decodeTail, reachedBy, type Tail } from './tail.ts';
import type { TaskContext } from './task-context.ts';

export interface Obtained {
  readonly memory: TaskMemory;
  /**
   * Where the mapping has got to, if records may lie between the state and there. `undefined` if nothing can be missing.
   */
  readonly gapUpTo: Position | undefined;
  /** The journal must learn first that the mapping has a window now. */
  readonly mustAppend: boolean;
}

/**
 * The newest state there is: memory, journal and tail are all prefixes of one history, because state is a function of
 * the log; the one that reaches furthest is taken.
 *
 * Memory is trusted without a read only if the tail continues the same entry. Where a batch may be cut at a record that
 * halts the shard, that isn't enough: Lambda doesn't say whether the remainder comes with the state returned beside the
 * failure or with the one before it, so the journal is asked each time. `undefined` if the task has no journal
 * and there is no record to begin one at.
 */
export async function obtainState(
  context: TaskContext,
  held: TaskMemory | undefined,
  { records, windowState, window, windowId = '' }: Invocation,
): Promise<Obtained | undefined> {
  const tail = decodeTail(windowState, { plan: context.fingerprint, window: windowId });
  const isCurrent = held !== undefined && tail?.n === held.n && !context.canHalt;
  const memory = isCurrent ? held : await fromJournal(context, held);
  if (memory === undefined) return beginJournal(context, records, window);
  const isTailCurrent = tail?.n === memory.n;
  if (isTailCurrent) takeTail(context, memory, tail);
  const isNothingInTails = window === 'none' && !memory.mayLeaveTails;
  return {
    memory,
    gapUpTo:
      isTailCurrent || isNothingInTails
        ? undefined
        : gapAfter(memory, records, reachedBy(windowState, windowId)),
    mustAppend: window !== 'none' && !memory.mayLeaveTails,
  };
}

async function fromJournal(
  context: TaskContext,
  held: TaskMemory | undefined,
): Promise<TaskMemory | undefined> {
  if (held !== undefined && (await catchUp(context, held))) return held;
  return recover(context);
}

/** Takes in what an invocation elsewhere has done since the entry; unless memory knows as much already. */
function takeTail(context: TaskContext, memory: TaskMemory, tail: Tail): void {
  if (comparePositions(tail.through, memory.through) <= 0) return;
  memory.task.state.takeChanges();
  memory.segments.clear();
  for (const bytes of tail.segments) memory.segments.restore(bytes);
  memory.task.resume();
  memory.through = tail.through;
  const beyond = new Set(outputsBeyondJournal(context, memory));
  memory.outbox = [...memory.outbox.filter((output) => !beyond.has(output)), ...decodeOutbox(tail.outbox)];
}

/**
 * A batch is a contiguous part of the log: if it begins with a record that is in the state, nothing is missing. Without
 * records a tail that can't be used still says how far the mapping has got.
 */
function gapAfter(
  { through }: TaskMemory,
  [first]: readonly InputRecord[],
  byTail: Position | undefined,
): Position | undefined {
  const reached = first === undefined ? byTail : before(first.sequenceNumber);
  return reached !== undefined && comparePositions(through, reached) < 0 ? reached : undefined;
}

/**
 * The first invocation of a task says where it begins, before anything else: from then on nothing can go missing. A
 * shard that was split or merged from others begins where they ended.
 */
async function beginJournal(
  context: TaskContext,
  records: readonly InputRecord[],
  window: Invocation['window'],
): Promise<Obtained | undefined> {
  const [first] = records;
  if (first === undefined) return undefined;
  const forked = await forkFromParents(context);
  if (forked !== undefined)
    return { memory: forked, gapUpTo: before(first.sequenceNumber), mustAppend: false };
  const entry: JournalEntry = {
    format: JOURNAL_FORMAT,
    n: 0,
    kind: 'start',
    through: before(first.sequenceNumber),
    writer: context.ports.newToken(),
    mayLeaveTails: window !== 'none',
    shapes: context.shapes,
  };
  await appendEntry(context, entry);
  return { memory: memoryAt(context.newStageTask(), entry), gapUpTo: undefined, mustAppend: false };
}
