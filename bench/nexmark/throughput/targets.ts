/** At least this part of `JSON.parse` alone. */
const TARGETS: readonly (readonly [ratio: number, queries: readonly string[]])[] = [
  [0.75, ['q0', 'q1', 'q2', 'q3', 'q14', 'q21', 'q22']],
  [0.5, ['q5', 'q7', 'q8', 'q11', 'q12', 'q15', 'q16', 'q17', 'q18', 'q19']],
  [0.35, ['q4', 'q6', 'q9', 'q20', 'q23']],
];

/**
 * Thousands of events a second and core that the suite publishes for Flink 1.13: without JSON and without reading a
 * stream, with state in RocksDB.
 * @see https://github.com/nexmark/nexmark#benchmark-results
 */
const FLINK: Readonly<Record<string, number>> = {
  q0: 155,
  q1: 158,
  q2: 175,
  q3: 152,
  q4: 34,
  q5: 22,
  q7: 12,
  q8: 146,
  q9: 14,
  q10: 58,
  q11: 40,
  q12: 76,
  q13: 131,
  q14: 161,
  q15: 72,
  q16: 19,
  q17: 117,
  q18: 54,
  q19: 44,
  q20: 19,
  q21: 98,
  q22: 130,
};

export function targetOf(query: string): number | undefined {
  return TARGETS.find(([, queries]) => queries.includes(query))?.[0];
}

export function flinkThousandsOf(query: string): number | undefined {
  return FLINK[query];
}
