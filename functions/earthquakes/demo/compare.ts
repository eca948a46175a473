import type { BatchResult, Row } from './batch.ts';
import type { LateRow } from './read-results.ts';

/** Everything in which the pipeline and the batch computation differ, as sentences; none if they match exactly. */
export function differences(
  rows: readonly Row[],
  late: readonly LateRow[],
  expected: BatchResult,
): readonly string[] {
  const actual = new Map(rows.map((row) => [nameOf(row), row]));
  const wanted = new Map(expected.rows.map((row) => [nameOf(row), row]));
  return [
    ...[...wanted].flatMap(([name, row]) => {
      const found = actual.get(name);
      if (found === undefined) return [`${name}: missing`];
      return isSame(found, row)
        ? []
        : [`${name}: got ${JSON.stringify(found)}, expected ${JSON.stringify(row)}`];
    }),
    ...[...actual.keys()].filter((name) => !wanted.has(name)).map((name) => `${name}: not expected`),
    ...lateDifferences(
      late.map(({ id }) => id),
      expected.late.map(({ id }) => id),
    ),
  ];
}

function lateDifferences(actual: readonly string[], expected: readonly string[]): readonly string[] {
  const missing = expected.filter((id) => !actual.includes(id));
  const surplus = actual.filter((id) => !expected.includes(id));
  return [...missing.map((id) => `late ${id}: missing`), ...surplus.map((id) => `late ${id}: not expected`)];
}

function nameOf({ key, windowStart }: Row): string {
  return `${key} ${new Date(windowStart).toISOString()}`;
}

function isSame(a: Row, b: Row): boolean {
  return (
    a.windowEnd === b.windowEnd &&
    a.quakes === b.quakes &&
    a.largest === b.largest &&
    a.meanDepth === b.meanDepth
  );
}
