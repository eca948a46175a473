import {
  decodeKey,
  type Event,
  type KeyValue,
  type Operator,
  type OperatorContext,
  type StateEntry,
} from '../model/index.ts';
import { Derived } from './derived.ts';
import { attemptEach } from './attempt-each.ts';
import { sideOf, standsAlone, type JoinKind, type Side } from './join-kind.ts';
import { lateEvent } from './late.ts';
import type { ReachOf } from './reach.ts';
import { Timeline } from './timeline.ts';

/** A row that waits for partners. */
export interface WaitingRow {
  readonly side: Side;
  readonly timestamp: number;
  readonly value: unknown;
  /** Whether it has had a partner. Kept up only where rows of its side may stand alone. */
  isMatched: boolean;
}

/** What `select` is told beside the two rows. */
export interface Pairing {
  readonly key: KeyValue;
  /** Event time of the result. */
  readonly timestamp: number;
}

/** What `select` is told where rows meet in windows. */
export interface WindowPairing extends Pairing {
  readonly windowStart: number;
  readonly windowEnd: number;
}

export type SelectRows = (left: unknown, right: unknown, pairing: Pairing | WindowPairing) => unknown;

type Rows = Readonly<Record<Side, Timeline<WaitingRow>>>;

/**
 * Joins two streams by key and event time.
 *
 * State: an entry for each row, due when its last possible partner would be late. From these, per key, a timeline of
 * each side is derived.
 *
 * For each row, in this order, so that a row can meet its partner and expire in one step:
 * 1. A row behind its grace, or too far ahead of its arrival, goes to the late output.
 * 2. Its partners of the other side are found, and marked as matched.
 * 3. It is kept, unless its last possible partner would be late already.
 * 4. Its pairs are emitted, in the order of the partners' event time; those of one instant in log order. A row that is
 *    not kept and found nobody is emitted alone.
 * 5. When an entry is due and had no partner, it is emitted alone.
 *
 * I1 While a row is not late, every partner that was not late is still there. For intervals: a row at t is accepted
 *    while W <= t + grace; a partner at p of whom t is within reach is kept while W <= (its reach, >= t) + grace.
 *    For windows both live until the window closes. So pairs are exactly those of the accepted rows.
 * I2 A row is emitted alone at most once, and only when no pair with it was or will be found: it goes when it is due,
 *    by I1 nobody whom it could meet is accepted after that.
 * I3 Nothing that is emitted is late behind `delayMs` (see there, in the definitions).
 * I4 State is whole before code of the user runs: where `select` throws, only that pair is missing.
 */
export class StreamJoin implements Operator<WaitingRow> {
  readonly #kind: JoinKind;
  readonly #reachOf: ReachOf;
  readonly #select: SelectRows;
  readonly #rows = new Derived<WaitingRow, Rows>((entries) => {
    const all = [...entries];
    return { left: new Timeline('left ', all), right: new Timeline('right ', all) };
  });

  constructor(kind: JoinKind, reachOf: ReachOf, select: SelectRows) {
    this.#kind = kind;
    this.#reachOf = reachOf;
    this.#select = select;
  }

  onEvent(event: Event, context: OperatorContext<WaitingRow>, input: number): void {
    const { key = '', timestamp, value } = event;
    const { state, watermark } = context;
    const side = sideOf(input);
    const other = side === 'left' ? 'right' : 'left';
    const { from, to, lateFrom, closesAt } = this.#reachOf(side, timestamp);
    if (event.isAhead || watermark >= lateFrom) {
      context.emitLate(lateEvent(event, watermark, { start: from, end: to + 1 }));
      return;
    }
    const rows = this.#rows.of(key, state);
    const partners = rows[other].between(from, to);
    if (standsAlone(this.#kind, other)) {
      for (const partner of partners.filter((each) => !each.value.isMatched)) {
        partner.value.isMatched = true;
        state.touch(partner);
      }
    }
    const row: WaitingRow = { side, timestamp, value, isMatched: partners.length > 0 };
    const isKept = closesAt > watermark;
    if (isKept) rows[side].add(state.put(key, rows[side].freeSlot(timestamp), row, closesAt));
    else this.#dropIfEmpty(key, rows);
    attemptEach(partners, (partner) => this.#pair(key, row, partner.value), context);
    if (!isKept) this.#emitIfAlone(key, row, context);
  }

  onDue(entry: StateEntry<WaitingRow>, context: OperatorContext<WaitingRow>): void {
    const { key, value: row } = entry;
    const rows = this.#rows.of(key, context.state);
    rows[row.side].remove(entry);
    this.#dropIfEmpty(key, rows);
    context.state.delete(entry);
    this.#emitIfAlone(key, row, context);
  }

  #emitIfAlone(key: string, row: WaitingRow, context: OperatorContext<WaitingRow>): void {
    if (!row.isMatched && standsAlone(this.#kind, row.side)) context.emit(this.#pair(key, row, undefined));
  }

  #pair(key: string, row: WaitingRow, partner: WaitingRow | undefined): Event {
    const { window } = this.#reachOf(row.side, row.timestamp);
    const timestamp =
      window === undefined ? Math.max(row.timestamp, partner?.timestamp ?? -Infinity) : window.end - 1;
    const [left, right] = row.side === 'left' ? [row, partner] : [partner, row];
    const pairing = {
      key: decodeKey(key),
      timestamp,
      ...(window !== undefined && { windowStart: window.start, windowEnd: window.end }),
    };
    return { key, timestamp, value: this.#select(left?.value, right?.value, pairing) };
  }

  #dropIfEmpty(key: string, { left, right }: Rows): void {
    if (left.isEmpty && right.isEmpty) this.#rows.drop(key);
  }
}
