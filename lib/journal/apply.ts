import type { HashRange, StageTask } from '../engine/index.ts';
import { RetryableError, type InputRecord } from '../model/index.ts';
import { answersFor } from './answers.ts';
import type { TaskContext } from './task-context.ts';

/**
 * Applies records to a task, once everything is known that they need from outside: what the shard takes, if one of them
 * is aggregated, which a task asks once, and what tables hold.
 * @throws RetryableError if something isn't known, and the records have to come again; nothing of them was applied then
 */
export async function applyRecords(
  context: TaskContext,
  task: StageTask,
  records: readonly InputRecord[],
): Promise<void> {
  if (task.needsRange(records)) task.limitTo(await rangeOf(context));
  const answers = await answersFor(context, task, records);
  for (const record of records) task.process(record, answers);
}

/** A shard keeps its range for good, so a replay finds the same. */
async function rangeOf({ ports, shardId, taskId }: TaskContext): Promise<HashRange> {
  const shard = await ports.stream.describeShard(shardId);
  if (shard !== undefined) return shard;
  throw new RetryableError(
    `stream doesn't list shard "${shardId}", so task "${taskId}" can't tell which user records belong to it; ` +
      'the batch is delivered again',
  );
}
