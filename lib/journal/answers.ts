import type { Answers, StageTask } from '../engine/index.ts';
import type { Looked } from '../joins/index.ts';
import { FatalError, type InputRecord } from '../model/index.ts';
import type { TaskContext } from './task-context.ts';

/**
 * Asks tables outside for all that these records need to know, before any of them is applied: each table once, and again
 * only for what comes to light by its answers.
 * @throws RetryableError if one gave no answer in time and the records have to come again
 */
export async function answersFor(
  { ports, stageId }: TaskContext,
  task: StageTask,
  records: readonly InputRecord[],
): Promise<Answers> {
  const answers = new Map<string, Map<string, Looked<unknown>>>();
  for (;;) {
    const questions = task.questionsOf(records, answers);
    if (questions.size === 0) return answers;
    const { lookups } = ports;
    if (lookups === undefined) {
      throw new FatalError(
        `stage "${stageId}" looks up tables and was given no way to; deploy the pipeline again`,
      );
    }
    await Promise.all(
      [...questions].map(async ([table, keys]) => {
        const said = await lookups.lookUp(table, keys);
        const known = answers.get(table) ?? new Map<string, Looked<unknown>>();
        for (const key of keys) known.set(key, said.get(key) ?? { kind: 'unknown', reason: 'failed' });
        answers.set(table, known);
      }),
    );
  }
}
