import type { Event, OperatorContext, Slot } from '../model/index.ts';
import { formatDuration, positiveDurationMs } from '../time/index.ts';
import { lateEvent } from './late.ts';

/** How a stream of changes is read as a table. */
export interface TableOptions<R> {
  /**
   * Says that a change takes its row out of the table.
   * @default no change does
   */
  readonly deleted?: (change: R) => boolean;
  /**
   * For how long a version of a row counts after its timestamp, in ms of event time. Bounds what is kept.
   * @default for ever: the newest version of each key is kept, deletions included
   */
  readonly ttlMs?: number;
}

/** A table's row as of an instant. */
export interface Version {
  readonly timestamp: number;
  /** Kept, so that an older version that comes after it doesn't bring the row back. */
  readonly isDeleted: boolean;
  /** `undefined` where the row is deleted. */
  readonly value: unknown;
}

/** The output beside a join where versions go that were replaced before they came. */
export const SUPERSEDED = 'superseded';

/** `TableOptions`, checked, its types left behind. */
export interface Table {
  readonly isDeletion: (change: unknown) => boolean;
  /** `Infinity` without a bound. */
  readonly ttlMs: number;
  /** For the plan: `the newest version of each key, deletions included, for ever`. */
  readonly keeps: string;
}

/** @throws DefinitionError if the time to live is no positive duration */
export function tableOf<R>({ deleted = () => false, ttlMs }: TableOptions<R>): Table {
  const ttl = ttlMs === undefined ? Infinity : positiveDurationMs(ttlMs, 'ttl of a table');
  const howLong = ttl === Infinity ? 'for ever' : `for ${formatDuration(ttl)}`;
  return {
    isDeletion: deleted as (change: unknown) => boolean,
    ttlMs: ttl,
    keeps: `the newest version of each key, deletions included, ${howLong}`,
  };
}

export function versionOf({ timestamp, value }: Event, table: Table): Version {
  const isDeleted = table.isDeletion(value);
  return { timestamp, isDeleted, value: isDeleted ? undefined : value };
}

/**
 * Brings a change into a table that keeps the newest version of each row: the latest timestamp wins, of one instant the
 * last in the log. A version that has outlived its time is late; one that was replaced before it came goes beside.
 * @returns whether the table has changed
 */
export function upsert(
  change: Event,
  key: string,
  slot: Slot,
  table: Table,
  context: OperatorContext<Version>,
): boolean {
  const version = versionOf(change, table);
  const expiresAt = version.timestamp + table.ttlMs;
  if (change.isAhead || context.watermark >= expiresAt) {
    context.emitLate(lateEvent(change, context.watermark));
    return false;
  }
  const known = context.state.get(key, slot);
  if (known !== undefined && known.value.timestamp > version.timestamp) {
    context.emit(change, SUPERSEDED);
    return false;
  }
  context.state.put(key, slot, version, expiresAt === Infinity ? undefined : expiresAt);
  return true;
}
