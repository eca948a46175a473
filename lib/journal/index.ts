export { JOURNAL_FORMAT, type CheckpointRef, type JournalEntry } from './entry.ts';
export type { Invocation, InvocationResult } from './invocation.ts';
export { JournaledTask } from './journaled-task.ts';
export type { InvocationReport } from './report.ts';
export { decodeTail, encodeTail, type Tail } from './tail.ts';
export type { AppendResult, JournalStore } from './store.ts';
export { DEFAULT_LIMITS, type TaskLimits, type TaskPorts } from './task-context.ts';
