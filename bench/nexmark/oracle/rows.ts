import { createHash } from 'node:crypto';

/** One row of a result, by column. */
export type Row = Readonly<Record<string, string | number>>;

/** Rows of a result in an order of their own, so that two results that hold the same rows are equal. */
export type Rows = readonly Row[];

/** Puts rows into the order of their text; rows that occur twice stay twice. */
export function sortedRows(rows: Rows): Rows {
  return rows
    .map((row) => ({ row, text: textOf(row) }))
    .toSorted((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text)))
    .map(({ row }) => row);
}

/** SHA-256 of the rows, whatever the order of rows and columns. */
export function digestOf(rows: Rows): string {
  const hash = createHash('sha256');
  for (const text of rows.map(textOf).toSorted()) hash.update(`${text}\n`);
  return hash.digest('hex');
}

function textOf(row: Row): string {
  return JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
