import { baselines, cases, type Case } from './windows/cases.ts';
import { measure, type Measured } from './windows/measure.ts';
import { RECORDS } from './windows/traffic.ts';

/**
 * What each kind of window costs, beside a tumbling window of a minute over the same records in the same run: the ratios
 * are what can be compared between machines. `npm run bench:windows -- trailing` measures what is so called.
 */
const ROUNDS = 5;

function median(measured: readonly Measured[], of: (each: Measured) => number): number {
  return measured.map(of).toSorted((a, b) => a - b)[Math.floor(measured.length / 2)] ?? Number.NaN;
}

function print(each: Case, measured: readonly Measured[], baseline: readonly Measured[]): void {
  const taskNs = median(measured, (one) => one.taskNs);
  const operatorNs = median(measured, (one) => one.operatorNs);
  const ratio = taskNs / median(baseline, (one) => one.taskNs);
  const operatorRatio = operatorNs / median(baseline, (one) => one.operatorNs);
  const { resultsPerRecord = 0, entries = 0, stateBytes = 0 } = measured[0] ?? {};
  const verdict = each.target === undefined ? '' : `${ratio <= each.target ? '≤' : 'MISSES'} ${each.target}`;
  const columns = [
    each.name.padEnd(36),
    `${Math.round(1e6 / taskNs)} K/s`.padStart(8),
    `${ratio.toFixed(2)}× ${verdict.padEnd(10)}`.padStart(17),
    `operator ${Math.round(operatorNs)} ns`.padStart(17),
    `${operatorRatio.toFixed(1)}×`.padStart(6),
    `${resultsPerRecord.toFixed(2)} results`.padStart(13),
    `${(entries / each.traffic.keys).toFixed(1)} entries/key`.padStart(20),
    `${Math.round(stateBytes / each.traffic.keys)} B/key`.padStart(14),
    `${(stateBytes / Math.max(1, entries)).toFixed(1)} B/entry`.padStart(14),
  ];
  console.log(columns.join(' '));
}

const wanted = process.argv[2] ?? '';
for (const baseline of baselines) {
  const beside = cases.filter(({ traffic, name }) => traffic === baseline.traffic && name.includes(wanted));
  if (beside.length === 0) continue;
  const all = [baseline, ...beside];
  // The first round only warms up.
  all.forEach(measure);
  const rounds = Array.from({ length: ROUNDS }, () => all.map(measure));
  const ofCase = (index: number): readonly Measured[] => rounds.flatMap((round) => round[index] ?? []);
  console.log(`\n${baseline.traffic.name}: median of ${ROUNDS} rounds of ${RECORDS} records`);
  all.forEach((each, index) => print(each, ofCase(index), ofCase(0)));
}
