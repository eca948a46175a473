import { q13, q20, q23, q3 } from './joins.ts';
import { q0, q1, q10, q14, q2, q21, q22 } from './mappings.ts';
import type { Query } from './query.ts';
import { q18, q19 } from './rankings.ts';
import { q4, q6, q9 } from './sales.ts';
import { q15, q16, q17 } from './statistics.ts';
import { q11, q12, q5, q7, q8 } from './windows.ts';

/** All queries of the suite, as Flink numbers and defines them. */
export const QUERIES = {
  q0,
  q1,
  q2,
  q3,
  q4,
  q5,
  q6,
  q7,
  q8,
  q9,
  q10,
  q11,
  q12,
  q13,
  q14,
  q15,
  q16,
  q17,
  q18,
  q19,
  q20,
  q21,
  q22,
  q23,
} as const satisfies Readonly<Record<string, Query>>;

export type QueryName = keyof typeof QUERIES;
