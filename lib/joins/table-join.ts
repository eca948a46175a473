import {
  decodeKey,
  type Event,
  type KeyValue,
  type Operator,
  type OperatorContext,
  type OperatorDefinition,
  type StateEntry,
} from '../model/index.ts';
import { attempt } from './attempt-each.ts';
import { sideOf, standsAlone, type JoinKind, type LeftOf, type RightOf, type Side } from './join-kind.ts';
import { tableOf, upsert, type Table, type TableOptions, type Version } from './table.ts';

/** How two tables are joined on their key. */
export interface TableJoinOptions<Kind extends JoinKind, L, R, Out> {
  readonly kind: Kind;
  /** How the left stream is read as a table. */
  readonly left?: TableOptions<L>;
  /** How the right stream is read as a table. */
  readonly right?: TableOptions<R>;
  readonly select: (left: LeftOf<Kind, L>, right: RightOf<Kind, R>, key: KeyValue) => Out;
}

type Select = (left: unknown, right: unknown, key: KeyValue) => unknown;

type Rows = Readonly<Record<Side, Version | undefined>>;

const NO_ROW = Symbol('no row');

/**
 * Joins two tables on their key.
 *
 * State: for each key and side the newest version, due at the end of its time to live.
 *
 * I1 What is out for a key is a function of its two versions: a row where the kind wants one and `select` makes one.
 *    So each change says what is out now, and a row that is no more is taken back with the value it had.
 * I2 Where `select` throws on new versions, the row they replace is taken back: no result outlives its inputs.
 */
class TableJoin implements Operator<Version> {
  readonly #kind: JoinKind;
  readonly #tables: Readonly<Record<Side, Table>>;
  readonly #select: Select;

  constructor(kind: JoinKind, tables: Readonly<Record<Side, Table>>, select: Select) {
    this.#kind = kind;
    this.#tables = tables;
    this.#select = select;
  }

  onEvent(event: Event, context: OperatorContext<Version>, input: number): void {
    const { key = '' } = event;
    const side = sideOf(input);
    const before = rowsOf(key, context);
    if (!upsert(event, key, side, this.#tables[side], context)) return;
    const now = rowsOf(key, context);
    const timestamp = Math.max(now.left?.timestamp ?? -Infinity, now.right?.timestamp ?? -Infinity);
    this.#emitChange(key, timestamp, before, now, context);
  }

  onDue(entry: StateEntry<Version>, context: OperatorContext<Version>): void {
    const { key, due = 0 } = entry;
    const before = rowsOf(key, context);
    context.state.delete(entry);
    this.#emitChange(key, due, before, rowsOf(key, context), context);
  }

  #emitChange(
    key: string,
    timestamp: number,
    before: Rows,
    now: Rows,
    context: OperatorContext<Version>,
  ): void {
    const made = attempt(() => this.#resultOf(key, now));
    if (made.isOk && made.value !== NO_ROW) {
      context.emit({ key, timestamp, value: made.value, change: 'update' });
      return;
    }
    const gone = attempt(() => this.#resultOf(key, before));
    if (gone.isOk && gone.value !== NO_ROW) {
      context.emit({ key, timestamp, value: gone.value, change: 'retract' });
    }
    if (!made.isOk) throw made.error;
  }

  #resultOf(key: string, rows: Rows): unknown {
    const [left, right] = [rows.left, rows.right].map((row) => (row?.isDeleted ? undefined : row));
    const hasRow =
      left !== undefined
        ? right !== undefined || standsAlone(this.#kind, 'left')
        : right !== undefined && standsAlone(this.#kind, 'right');
    return hasRow ? this.#select(left?.value, right?.value, decodeKey(key)) : NO_ROW;
  }
}

function rowsOf(key: string, { state }: OperatorContext<Version>): Rows {
  return { left: state.get(key, 'left')?.value, right: state.get(key, 'right')?.value };
}

/**
 * Joins two tables on their key into a third: its rows change whenever a row of either side does, and are taken back
 * when the kind no longer wants them. Results are updates and retractions of one row for each key; `select` must give
 * the same value for the same rows.
 *
 * @throws DefinitionError if a time to live is no positive duration
 */
export function tableJoin<Kind extends JoinKind, L, R, Out>(
  options: TableJoinOptions<Kind, L, R, Out>,
): OperatorDefinition {
  const { kind } = options;
  const tables = { left: tableOf(options.left ?? {}), right: tableOf(options.right ?? {}) };
  const ttlMs = Math.max(tables.left.ttlMs, tables.right.ttlMs);
  return {
    kind: 'table-join',
    // With the kind: which rows are out follows from it and the state.
    shape: `table-join ${kind}`,
    does: `${kind} join of two tables on their key`,
    keeps: `left ${tables.left.keeps}; right ${tables.right.keeps}`,
    horizonMs: ttlMs === Infinity ? undefined : ttlMs,
    delayMs: 0,
    results: 'rows',
    create: () => new TableJoin(kind, tables, options.select as Select),
  };
}
