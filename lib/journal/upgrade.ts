import { NO_UPGRADE, type StateUpgrade } from '../engine/index.ts';
import { FatalError, type Migration } from '../model/index.ts';
import { JOURNAL_FORMAT, type JournalEntry } from './entry.ts';
import type { TaskContext } from './task-context.ts';

/**
 * How the state an entry holds is read by today's code (I6).
 * @throws FatalError if it can't be, with what has changed and what to do; nothing has been touched then
 */
export function upgradeOf(
  { taskId, shapes, migrations, forgets }: TaskContext,
  { format, n, shapes: stored }: JournalEntry,
): StateUpgrade {
  if (format !== JOURNAL_FORMAT) {
    throw new FatalError(
      `entry ${n} of task "${taskId}" has format "${format}", and this version reads "${JOURNAL_FORMAT}"; ` +
        'deploy the version that wrote it, or a newer one',
      { code: 'MR1001' },
    );
  }
  const changed = Object.entries(stored).filter(([id, shape]) => shapes[id] !== shape);
  if (changed.length === 0) return NO_UPGRADE;
  const migrate = new Map<string, Migration>();
  for (const [id, shape] of changed) {
    if (forgets.has(id)) continue;
    const migration = migrations.get(id)?.[shape];
    if (migration === undefined)
      throw new FatalError(refusal(taskId, id, shape, shapes[id]), { code: 'MR1002' });
    migrate.set(id, migration);
  }
  return { forgets, migrate };
}

function refusal(taskId: string, id: string, shape: string, now: string | undefined): string {
  const found = `task "${taskId}" has state of operator "${id}" as "${shape}"`;
  return now === undefined
    ? `${found}, but the pipeline has no operator "${id}" any more; bring it back, or name it in "forgets" of the ` +
        'pipeline to drop its state'
    : `${found}, but it is now "${now}"; bring the old definition back, say in the new one how the old state is read ` +
        '(earlier(…) for aggregates), or give the operator a new id and name the old one in "forgets" of the pipeline to ' +
        'start without its state';
}
