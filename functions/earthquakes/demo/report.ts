import type { BatchResult, Row } from './batch.ts';
import type { LateRow } from './read-results.ts';

const BARS = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const SHOWN_WINDOWS = 12;
const HOUR_MS = 60 * 60 * 1000;

/** Quakes over time, a line for each network and a column for each window: the higher the bar, the more quakes. */
export function chart(rows: readonly Row[]): string {
  const starts = [...new Set(rows.map(({ windowStart }) => windowStart))].toSorted((a, b) => a - b);
  const networks = [...groupBy(rows, ({ key }) => key)].toSorted(([, a], [, b]) => total(b) - total(a));
  const [from, to] = [starts.at(0) ?? 0, starts.at(-1) ?? 0];
  const lines = networks.map(([network, windows]) => {
    const most = Math.max(...windows.map(({ quakes }) => quakes));
    const byStart = new Map(windows.map((row) => [row.windowStart, row.quakes]));
    const bars = starts.map(
      (start) => BARS[Math.ceil(((byStart.get(start) ?? 0) / most) * (BARS.length - 1))] ?? '·',
    );
    return `  ${network.padEnd(4)} ${bars.join('')}  ${String(total(windows)).padStart(4)} quakes`;
  });
  return [`quakes per network and window of 6 hours, ${day(from)} to ${day(to)}`, ...lines].join('\n');
}

/** The windows with the strongest quakes, or all of them. */
export function table(rows: readonly Row[], showsAll: boolean): string {
  const byTime = rows.toSorted((a, b) => a.windowStart - b.windowStart || (a.key < b.key ? -1 : 1));
  const strongest = rows.toSorted((a, b) => (b.largest ?? 0) - (a.largest ?? 0)).slice(0, SHOWN_WINDOWS);
  const shown = showsAll ? byTime : strongest;
  const title = showsAll
    ? `all ${rows.length} results`
    : `the ${shown.length} of ${rows.length} results with the largest magnitude (all of them: --all)`;
  const lines = shown.map(({ key, windowStart, quakes, largest, meanDepth }) =>
    [
      `  ${key.padEnd(8)}`,
      day(windowStart).padEnd(18),
      String(quakes).padStart(6),
      (largest?.toFixed(2) ?? '-').padStart(9),
      (meanDepth?.toFixed(2) ?? '-').padStart(12),
    ].join(' '),
  );
  return [title, '  network  window start       quakes   largest   mean depth', ...lines].join('\n');
}

/** How many came too late, by how much and why. */
export function lateSummary(late: readonly LateRow[]): string {
  const byReason = [...groupBy(late, ({ reason }) => reason)].map(([reason, rows]) => {
    const hours = rows.map(({ lateBy }) => lateBy / HOUR_MS).toSorted((a, b) => a - b);
    const [median, most] = [hours[Math.floor(hours.length / 2)] ?? 0, hours.at(-1) ?? 0];
    return `  ${rows.length} ${reason}: median ${median.toFixed(1)} h, at most ${most.toFixed(1)} h behind it`;
  });
  return [`late: ${late.length} records came after their window had closed`, ...byReason].join('\n');
}

/** Whether the results are those of the batch computation, and each changed the table once. */
export function verdict(
  expected: BatchResult,
  differing: readonly string[],
  changedTwice: readonly string[],
): string {
  const compared = `${expected.rows.length} results and ${expected.late.length} late records of a plain batch computation`;
  return [
    differing.length === 0
      ? `exact match with ${compared}`
      : `${differing.length} differences from ${compared}:`,
    ...differing.slice(0, 10).map((line) => `  ${line}`),
    changedTwice.length === 0
      ? 'each result stands in the DynamoDB stream of the results table exactly once'
      : `${changedTwice.length} results stand in the DynamoDB stream of the results table more than once:`,
    ...changedTwice.slice(0, 10).map((line) => `  ${line}`),
  ].join('\n');
}

function groupBy<T>(items: readonly T[], nameOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item]);
  return groups;
}

function total(rows: readonly Row[]): number {
  return rows.reduce((sum, { quakes }) => sum + quakes, 0);
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
