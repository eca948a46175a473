import type { AnyNexmarkEvent } from '../events.ts';
import { bidsOf, groupBy } from './relations.ts';
import { type Rows, sortedRows } from './rows.ts';

const GAP_MS = 10_000;

/**
 * User sessions: bids of each bidder with no pause above 10 s between them; a session ends 10 s after its last bid.
 * Two bids exactly 10 s apart are of one session, as in Flink and Kafka Streams. Final result: one row for each
 * session, all sessions closed and nothing late. The order of events plays no part.
 */
export function q11(events: readonly AnyNexmarkEvent[]): Rows {
  return sessionsOf(events, (pauseMs) => pauseMs <= GAP_MS);
}

/** User sessions as Beam has them: two bids exactly 10 s apart are of two sessions. */
export function q11Beam(events: readonly AnyNexmarkEvent[]): Rows {
  return sessionsOf(events, (pauseMs) => pauseMs < GAP_MS);
}

function sessionsOf(events: readonly AnyNexmarkEvent[], isOneSession: (pauseMs: number) => boolean): Rows {
  return sortedRows(
    [...groupBy(bidsOf(events), ({ bidder }) => bidder)].flatMap(([bidder, bids]) => {
      const times = bids.map(({ dateTime }) => dateTime).toSorted((a, b) => a - b);
      return runsOf(times, isOneSession).map(({ first, last, length }) => ({
        bidder,
        bid_count: length,
        starttime: first,
        endtime: last + GAP_MS,
      }));
    }),
  );
}

interface Run {
  readonly first: number;
  readonly last: number;
  readonly length: number;
}

function runsOf(times: readonly number[], isOneRun: (pause: number) => boolean): readonly Run[] {
  const runs: Run[] = [];
  for (const time of times) {
    const run = runs.at(-1);
    if (run !== undefined && isOneRun(time - run.last)) {
      runs[runs.length - 1] = { first: run.first, last: time, length: run.length + 1 };
    } else runs.push({ first: time, last: time, length: 1 });
  }
  return runs;
}
