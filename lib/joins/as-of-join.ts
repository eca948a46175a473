import {
  decodeKey,
  type Event,
  type KeyValue,
  type Operator,
  type OperatorContext,
  type OperatorDefinition,
  type StateEntry,
} from '../model/index.ts';
import { formatDuration, nonNegativeDurationMs } from '../time/index.ts';
import { Derived } from './derived.ts';
import type { RightOf } from './join-kind.ts';
import { lateEvent } from './late.ts';
import { tableOf, versionOf, type Table, type TableOptions, type Version } from './table.ts';
import { Timeline, type Timed } from './timeline.ts';

/** What `select` is told beside the row and the version it met. */
export interface AsOfPairing {
  readonly key: KeyValue;
  /** Event time of the row, and of the result. */
  readonly timestamp: number;
  /** Since when the version has been valid; `undefined` where there is none. */
  readonly versionTimestamp: number | undefined;
  /** Event time hadn't passed the row yet: another version may have come in time after it. */
  readonly isProvisional: boolean;
}

/** How rows of a stream look up a table as of their own time. */
export interface AsOfJoinOptions<Kind extends 'inner' | 'left', L, R, Out> extends TableOptions<R> {
  readonly kind: Kind;
  /** How far behind the watermark a row may be and still find its version, in ms. Older rows are late. */
  readonly historyMs: number;
  /** For how much event time a row waits for the table to be complete as of its time, in ms; 0: not at all. */
  readonly maxWaitMs: number;
  readonly select: (left: L, right: RightOf<Kind, R>, pairing: AsOfPairing) => Out;
}

interface WaitingRow extends Timed {
  readonly value: unknown;
}

interface Entries {
  readonly rows: Timeline<WaitingRow>;
  readonly versions: Timeline<Version>;
}

type Stored = WaitingRow | Version;

interface AsOf {
  readonly isInner: boolean;
  readonly historyMs: number;
  readonly maxWaitMs: number;
  readonly table: Table;
  readonly select: (left: unknown, right: unknown, pairing: AsOfPairing) => unknown;
}

/** Slots begin with these. Rows sort first: of what is due at one instant, they still see the versions. */
const ROW = 'row ';
const VERSION = 'version ';

/**
 * Joins rows (input 0) with the version of a table (input 1) that is valid at their timestamp. A version is valid from
 * its timestamp to that of the next, at most for the time to live.
 *
 * State: an entry for each version, due when it has been invalid for `history`, and for each waiting row, due when it
 * is resolved.
 *
 * A row at t, when the watermark is W:
 * 1. is late if W > t + history, or if it lies too far ahead of its arrival
 * 2. is resolved when event time has passed it (W > t), or has moved on by `maxWait` since it came; at once if that is
 *    so already
 *
 * A change at t:
 * 1. is late if no row that isn't late could see it
 * 2. replaces the version of its instant, and ends the validity of the one before it
 *
 * I1 A version is there as long as a row may ask for it: it is valid for instants < end, and rows at those are late
 *    once W >= end + history.
 * I2 An absent version means that there is none: the newest one is not forgotten before its time to live is over, and
 *    then everything older is late.
 * I3 A row is held back at most until W = t + 1, and what follows moves after this operator: so it is not late there
 *    because of the join, without a delay.
 */
class AsOfJoin implements Operator<Stored> {
  readonly #options: AsOf;
  readonly #entries = new Derived<Stored, Entries>((entries) => {
    const all = [...entries];
    return {
      rows: new Timeline(ROW, all),
      versions: new Timeline(VERSION, all as StateEntry<Version>[]),
    };
  });

  constructor(options: AsOf) {
    this.#options = options;
  }

  onEvent(event: Event, context: OperatorContext<Stored>, input: number): void {
    if (input === 0) this.#onRow(event, context);
    else this.#onChange(event, context);
  }

  onDue(entry: StateEntry<Stored>, context: OperatorContext<Stored>): void {
    const { key, value, due = 0 } = entry;
    const { rows, versions } = this.#entries.of(key, context.state);
    const isRow = String(entry.slot).startsWith(ROW);
    if (isRow) rows.remove(entry);
    else versions.remove(entry as StateEntry<Version>);
    context.state.delete(entry);
    if (isRow) this.#resolve(key, value, due, context);
    else this.#dropIfEmpty(key, context);
  }

  #onRow(event: Event, context: OperatorContext<Stored>): void {
    const { key = '', timestamp, value } = event;
    const { watermark, state } = context;
    if (event.isAhead || watermark > timestamp + this.#options.historyMs) {
      context.emitLate(lateEvent(event, watermark));
      return;
    }
    const resolvedAt = this.#resolvedAt(timestamp, watermark);
    if (resolvedAt <= watermark) {
      this.#resolve(key, { timestamp, value }, watermark, context);
      return;
    }
    const { rows } = this.#entries.of(key, state);
    rows.add(state.put(key, rows.freeSlot(timestamp), { timestamp, value }, resolvedAt));
  }

  /** Before event time has begun, it can't be said how much of it passes: then a row waits until it is passed. */
  #resolvedAt(timestamp: number, watermark: number): number {
    const passed = timestamp + 1;
    const { maxWaitMs } = this.#options;
    if (maxWaitMs === 0) return watermark;
    return watermark === -Infinity ? passed : Math.min(passed, watermark + maxWaitMs);
  }

  #onChange(event: Event, context: OperatorContext<Stored>): void {
    const { key = '' } = event;
    const { watermark, state } = context;
    const version = versionOf(event, this.#options.table);
    const { versions } = this.#entries.of(key, state);
    const end = this.#endOf(version, versions.after(version.timestamp)?.value);
    if (event.isAhead || watermark >= end + this.#options.historyMs) {
      context.emitLate(lateEvent(event, watermark));
      this.#dropIfEmpty(key, context);
      return;
    }
    const before = versions.atOrBefore(version.timestamp - 1);
    if (before !== undefined) this.#keepUntil(this.#endOf(before.value, version), before, versions, context);
    const slot = `${VERSION}${version.timestamp}`;
    versions.add(state.put(key, slot, version, this.#dueOf(end)) as StateEntry<Version>);
  }

  #keepUntil(
    end: number,
    entry: StateEntry<Version>,
    versions: Timeline<Version>,
    { state, watermark }: OperatorContext<Stored>,
  ): void {
    const due = this.#dueOf(end);
    if (due !== undefined && due <= watermark) {
      versions.remove(entry);
      state.delete(entry);
    } else {
      versions.add(state.put(entry.key, entry.slot, entry.value, due) as StateEntry<Version>);
    }
  }

  #endOf(version: Version, next: Version | undefined): number {
    return Math.min(version.timestamp + this.#options.table.ttlMs, next?.timestamp ?? Infinity);
  }

  #dueOf(end: number): number | undefined {
    return end === Infinity ? undefined : end + this.#options.historyMs;
  }

  #resolve(key: string, row: WaitingRow, watermark: number, context: OperatorContext<Stored>): void {
    const { timestamp } = row;
    const { table, isInner, select } = this.#options;
    const newest = this.#entries.of(key, context.state).versions.atOrBefore(timestamp)?.value;
    this.#dropIfEmpty(key, context);
    const isValid = newest !== undefined && !newest.isDeleted && timestamp < newest.timestamp + table.ttlMs;
    if (!isValid && isInner) return;
    const value = select(row.value, isValid ? newest.value : undefined, {
      key: decodeKey(key),
      timestamp,
      versionTimestamp: isValid ? newest.timestamp : undefined,
      isProvisional: watermark <= timestamp,
    });
    context.emit({ key, timestamp, value });
  }

  #dropIfEmpty(key: string, { state }: OperatorContext<Stored>): void {
    const { rows, versions } = this.#entries.of(key, state);
    if (rows.isEmpty && versions.isEmpty) this.#entries.drop(key);
  }
}

/**
 * Joins each row of a stream with the version of a table's row that is valid at its timestamp: the newest that is not
 * after it. The result has the row's timestamp, and says whether it is provisional: with `maxWaitMs: 0` rows don't
 * wait until event time has passed them, so a version that is on its way may be missed.
 *
 * Results that are out are not taken back when an older version comes late; rows after that see it.
 *
 * @throws DefinitionError if a duration is negative or no whole number of milliseconds
 */
export function asOfJoin<Kind extends 'inner' | 'left', L, R, Out>(
  options: AsOfJoinOptions<Kind, L, R, Out>,
): OperatorDefinition {
  const { kind } = options;
  const historyMs = nonNegativeDurationMs(options.historyMs, 'history of an as-of join');
  const maxWaitMs = nonNegativeDurationMs(options.maxWaitMs, 'maxWait of an as-of join');
  const table = tableOf(options);
  // The types of rows end here: state holds what the signature above has checked.
  const select = options.select as AsOf['select'];
  return {
    kind: 'as-of-join',
    shape: 'as-of-join',
    does: `${kind} join as of the row's time, history ${formatDuration(historyMs)}, ${maxWaitMs === 0 ? 'does not wait' : `waits at most ${formatDuration(maxWaitMs)}`}`,
    keeps: `rows that wait, ${table.keeps}, and older versions for ${formatDuration(historyMs)}`,
    horizonMs: table.ttlMs === Infinity ? undefined : table.ttlMs + historyMs,
    delayMs: 0,
    results: 'events',
    create: () => new AsOfJoin({ isInner: kind === 'inner', historyMs, maxWaitMs, table, select }),
  };
}
