import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logged } from './aggregating.ts';

// Two series of the Numenta Anomaly Benchmark with windows that people labelled.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const NAB = process.env['NAB_DATA'] ?? join(ROOT, '../shared/data/nab');
export const hasNab = existsSync(join(NAB, 'labels/combined_windows.json'));

const DAY_MS = 86_400_000;

export type Series = readonly Logged<number>[];
type Interval = readonly [from: number, to: number];

/** What an operator would have seen: alarms no more than a day apart are one incident. */
export interface Report {
  readonly incidents: number;
  /** The share of incidents that touch a labelled window. */
  readonly precision: number;
  /** The share of labelled windows with an alarm in them. */
  readonly recall: number;
}

/** Judges alarms as the benchmark does, after the first 15 % of the series. */
export function reportOn(alarms: readonly number[], series: Series, file: string): Report {
  const [start = 0, end = 0] = [series[0]?.timestamp, series.at(-1)?.timestamp];
  const judged = alarms.filter((alarm) => alarm >= start + 0.15 * (end - start));
  const incidents: [from: number, to: number][] = [];
  for (const alarm of judged) {
    const latest = incidents.at(-1);
    if (latest !== undefined && alarm - latest[1] <= DAY_MS) latest[1] = alarm;
    else incidents.push([alarm, alarm]);
  }
  const labelled = labelsOf(file);
  const touching = incidents.filter(([from, to]) =>
    labelled.some((label) => from <= label[1] && to >= label[0]),
  );
  const found = labelled.filter(([from, to]) => judged.some((alarm) => alarm >= from && alarm <= to));
  return {
    incidents: incidents.length,
    precision: Number((touching.length / incidents.length).toFixed(2)),
    recall: found.length / labelled.length,
  };
}

export function seriesOf(file: string): Series {
  return readFileSync(join(NAB, 'data/realKnownCause', file), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [time = '', number] = line.split(',');
      return { timestamp: utc(time), value: Number(number) };
    })
    .toSorted((a, b) => a.timestamp - b.timestamp);
}

export function labelsOf(file: string): readonly Interval[] {
  const labels: Readonly<Record<string, readonly (readonly [string, string])[]>> = JSON.parse(
    readFileSync(join(NAB, 'labels/combined_windows.json'), 'utf8'),
  );
  return (labels[`realKnownCause/${file}`] ?? []).map(([from, to]) => [utc(from), utc(to)]);
}

function utc(time: string): number {
  return Date.parse(`${time.slice(0, 19).replace(' ', 'T')}Z`);
}
