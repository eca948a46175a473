import type { NexmarkEvent } from '../events.ts';
import { q13, q20, q23, q3 } from './joins.ts';
import { q0, q1, q10, q14, q2, q21, q22 } from './mappings.ts';
import { q18, q19 } from './rankings.ts';
import type { Rows } from './rows.ts';
import { q11 } from './sessions.ts';
import { q15, q16, q17 } from './statistics.ts';
import { q12, q5, q7, q8 } from './windows.ts';
import { q4, q6, q9 } from './winning-bids.ts';

/** What a query must have given in the end, from all events in the order they came and with none of them late. */
export type Oracle = (events: readonly NexmarkEvent[]) => Rows;

/**
 * The oracle of every query, Flink's definition where the suites differ. In q12 an event arrives at its event time;
 * for other arrivals call it itself. Of events in another order the results are the same, except where equals are
 * told apart by arrival: in q18 last bids of one millisecond, in q19 equal prices, in q6 and q9 highest bids of one
 * price and millisecond, in q6 also sales of one seller at one millisecond.
 */
export const ORACLES = {
  q0,
  q1,
  q2,
  q3,
  q4,
  q5: (events) => q5(events),
  q6,
  q7,
  q8,
  q9,
  q10,
  q11,
  q12: (events) => q12(events, ({ ts }) => ts),
  q13: (events) => q13(events),
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
} as const satisfies Readonly<Record<string, Oracle>>;
