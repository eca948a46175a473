import type { Migration, Migrations, Slot } from '../model/index.ts';
import type { UntypedSpec } from './check-spec.ts';

/** Begins the slots of timers; names of state begin with a letter. */
export const TIMER_PREFIX = '@';

/** What the state of that version is known by. */
export function shapeOf(version: number): string {
  return `process v${version}`;
}

/** How far behind the newest event state is kept: known if all of it expires and nothing waits for an instant. */
export function horizonOf({ state = {}, timers = {} }: UntypedSpec): number | undefined {
  if (Object.keys(timers).length > 0) return undefined;
  const ttls = Object.values(state).map(({ ttlMs }) => ttlMs ?? Number.POSITIVE_INFINITY);
  const longest = Math.max(0, ...ttls);
  return Number.isFinite(longest) ? longest : undefined;
}

export function migrationsOf(spec: UntypedSpec): Migrations {
  return Object.fromEntries(
    Object.entries(spec.migrate ?? {}).map(([from, migration]) => [
      shapeOf(Number(from)),
      migrationOf(spec, migration as UntypedMigration),
    ]),
  );
}

type Changes = Readonly<Record<string, ((stored: unknown) => unknown) | undefined>>;

/** A migration whose types have been checked. */
interface UntypedMigration {
  readonly state?: Changes;
  readonly timers?: Changes;
}

function migrationOf({ state = {}, timers = {} }: UntypedSpec, migration: UntypedMigration): Migration {
  return (stored: unknown, slot: Slot): unknown => {
    const [name = ''] = String(slot).replace(TIMER_PREFIX, '').split('/');
    if (!String(slot).startsWith(TIMER_PREFIX)) {
      const change = migration.state?.[name];
      return change === undefined ? stored : (state[name]?.mapStored(stored, change) ?? stored);
    }
    const change = migration.timers?.[name];
    if (change === undefined) return stored;
    if (timers[name]?.clock !== 'arrival') return change(stored);
    const [payload, timestamp] = stored as readonly [unknown, number];
    return [change(payload), timestamp];
  };
}
