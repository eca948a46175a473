/** At least this part of `JSON.parse` alone. */
const TARGETS: readonly (readonly [ratio: number, queries: readonly string[]])[] = [
  [0.75, ['q0', 'q1', 'q2', 'q3', 'q14', 'q21', 'q22']],
  [0.5, ['q5', 'q7', 'q8', 'q11', 'q12', 'q15', 'q16', 'q17', 'q18', 'q19']],
  [0.35, ['q4', 'q6', 'q9', 'q20', 'q23']],
];

/**
 * Events a second and core that the Flink suite publishes, in thousands: without JSON and without reading a stream, with
 * state in RocksDB.
 * @see https://github.com/nexmark/nexmark#performance-results
 */
const FLINK: Readonly<Record<string, number>> = {
  q0: 380,
  q5: 75,
  q7: 23,
  q8: 162,
  q9: 14,
  q11: 46,
  q18: 65,
  q20: 18,
};

export function targetOf(query: string): number | undefined {
  return TARGETS.find(([, queries]) => queries.includes(query))?.[0];
}

export function flinkThousandsOf(query: string): number | undefined {
  return FLINK[query];
}
