import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { RESULTS_KEY } from '../../plan/index.ts';

/** What a person sees of an attribute; `null` for what is nested too deep to be shown. */
export type Shown = string | number | boolean | null;

/** An item of the results table. */
export interface ResultRow {
  readonly sink: string;
  /** Partition key and sort key, as stored. */
  readonly id: string;
  readonly fields: Readonly<Record<string, Shown>>;
  /** How often it stands in the table's DynamoDB stream. */
  readonly changes: number;
}

type Item = Readonly<Record<string, AttributeValue>>;

/** The results of a pipeline as its table's DynamoDB stream tells them: the newest version of each row. */
export class ResultRows {
  /** Another number after each change. */
  version = 0;
  readonly #rows = new Map<string, ResultRow>();
  readonly #found = new Set<string>();

  onChange(item: Item): void {
    const id = idOf(item);
    const changes = this.#found.delete(id) ? 1 : (this.#rows.get(id)?.changes ?? 0) + 1;
    // Newest last.
    this.#rows.delete(id);
    this.#rows.set(id, { sink: sinkOf(item), id, fields: fieldsOf(item), changes });
    this.version += 1;
  }

  /** A row of the table that its stream has not told of yet, or never will: it may be from an earlier run. */
  onFound(item: Item): void {
    const id = idOf(item);
    if (this.#rows.has(id)) return;
    this.#found.add(id);
    this.#rows.set(id, { sink: sinkOf(item), id, fields: fieldsOf(item), changes: 1 });
    this.version += 1;
  }

  all(): readonly ResultRow[] {
    return [...this.#rows.values()];
  }

  /** For each output the newest rows, newest first, and how many there are. */
  newest(limit: number): Readonly<Record<string, { readonly total: number; readonly rows: ResultRow[] }>> {
    const bySink: Record<string, { total: number; rows: ResultRow[] }> = {};
    for (const row of this.all().toReversed()) {
      const { total, rows } = bySink[row.sink] ?? { total: 0, rows: [] };
      bySink[row.sink] = { total: total + 1, rows: rows.length < limit ? [...rows, row] : rows };
    }
    return bySink;
  }
}

function idOf(item: Item): string {
  return `${partitionOf(item)} ${item[RESULTS_KEY.sort]?.S ?? ''}`;
}

function sinkOf(item: Item): string {
  return partitionOf(item).split('#')[0] ?? '';
}

function partitionOf(item: Item): string {
  return item[RESULTS_KEY.partition]?.S ?? '';
}

/** All attributes but the keys, and the properties of an object side by side with `.` between the names. */
export function fieldsOf(item: Item): Readonly<Record<string, Shown>> {
  const own = Object.entries(item).filter(
    ([name]) => name !== RESULTS_KEY.partition && name !== RESULTS_KEY.sort && name !== '@version',
  );
  return Object.fromEntries(own.flatMap(([name, value]) => shownFields(name, value)));
}

function shownFields(name: string, value: AttributeValue): readonly (readonly [string, Shown])[] {
  if (value.M !== undefined) {
    return Object.entries(value.M).map(([inner, nested]) => [`${name}.${inner}`, shown(nested)]);
  }
  return [[name, shown(value)]];
}

function shown(value: AttributeValue): Shown {
  if (value.N !== undefined) return Number(value.N);
  if (value.S !== undefined) return value.S;
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.B !== undefined) return Buffer.from(value.B).toString();
  if (value.L !== undefined) return value.L.map((each) => String(shown(each))).join(', ');
  if (value.SS !== undefined) return value.SS.join(', ');
  if (value.M !== undefined)
    return JSON.stringify(Object.fromEntries(Object.entries(value.M).map(([k, v]) => [k, shown(v)])));
  return null;
}
