export { q13, q13Beam, q20, q23, q3, sideInput } from './joins.ts';
export { q0, q1, q10, q14, q1Beam, q2, q21, q22 } from './mappings.ts';
export { type Oracle, ORACLES } from './oracles.ts';
export { q18, q19 } from './rankings.ts';
export { digestOf, type Row, type Rows, sortedRows } from './rows.ts';
export { q11, q11Beam } from './sessions.ts';
export { q15, q16, q17 } from './statistics.ts';
export { q12, q5, q7, q7Flink, q8, q8Beam } from './windows.ts';
export { q4, q4Beam, q6, q6Beam, q9, q9Beam } from './winning-bids.ts';
