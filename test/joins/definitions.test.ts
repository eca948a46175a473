import { expect, test } from '@jest/globals';
import {
  asOfJoin,
  broadcastJoin,
  dedupe,
  intervalJoin,
  latestJoin,
  tableJoin,
  windowJoin,
} from '../../lib/joins/index.ts';
import type { OperatorDefinition } from '../../lib/model/index.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const pair = (left: unknown, right: unknown): unknown => [left, right];

/** What a person reads of a definition, and what the planner compares. */
const textOf = (definition: OperatorDefinition): unknown =>
  Object.fromEntries(Object.entries(definition).filter(([name]) => name !== 'create'));

test.each<[OperatorDefinition, unknown]>([
  [
    intervalJoin({ kind: 'left', beforeMs: MINUTE, afterMs: HOUR, graceMs: 5 * MINUTE, select: pair }),
    {
      kind: 'interval-join',
      shape: 'interval-join left',
      does: 'left join, right from 1 minute before to 1 hour after left, grace 5 minutes',
      keeps: 'each row of both sides until no partner can come any more',
      horizonMs: 65 * MINUTE,
      delayMs: 65 * MINUTE,
      results: 'events',
    },
  ],
  [
    intervalJoin({ kind: 'inner', beforeMs: -MINUTE, afterMs: HOUR, graceMs: 5 * MINUTE, select: pair }),
    {
      kind: 'interval-join',
      shape: 'interval-join inner',
      does: 'inner join, right from 1 minute to 1 hour after left, grace 5 minutes',
      keeps: 'each row of both sides until no partner can come any more',
      horizonMs: 65 * MINUTE,
      delayMs: 5 * MINUTE,
      results: 'events',
    },
  ],
  [
    windowJoin({ kind: 'full', sizeMs: HOUR, graceMs: MINUTE, select: pair }),
    {
      kind: 'window-join',
      shape: 'window-join full 1 hour',
      does: 'full join in tumbling 1 hour, grace 1 minute',
      keeps: 'each row of both sides until its window closes',
      horizonMs: 61 * MINUTE,
      delayMs: MINUTE,
      results: 'events',
    },
  ],
  [
    asOfJoin({ kind: 'left', historyMs: HOUR, maxWaitMs: MINUTE, ttlMs: 24 * HOUR, select: pair }),
    {
      kind: 'as-of-join',
      shape: 'as-of-join',
      does: "left join as of the row's time, history 1 hour, waits at most 1 minute",
      keeps:
        'rows that wait, the newest version of each key, deletions included, for 1 day, and older versions for 1 hour',
      horizonMs: 25 * HOUR,
      delayMs: 0,
      results: 'events',
    },
  ],
  [
    latestJoin({ kind: 'inner', select: pair }),
    {
      kind: 'latest-join',
      shape: 'latest-join',
      does: 'inner join with what the table holds when a row comes',
      keeps: 'the newest version of each key, deletions included, for ever',
      horizonMs: undefined,
      delayMs: 0,
      results: 'events',
    },
  ],
  [
    tableJoin({ kind: 'left', right: { ttlMs: HOUR }, select: pair }),
    {
      kind: 'table-join',
      shape: 'table-join left',
      does: 'left join of two tables on their key',
      keeps:
        'left the newest version of each key, deletions included, for ever; ' +
        'right the newest version of each key, deletions included, for 1 hour',
      horizonMs: undefined,
      delayMs: 0,
      results: 'rows',
    },
  ],
  [
    broadcastJoin({ maxRules: 100, select: () => [] }),
    {
      kind: 'broadcast-join',
      shape: 'broadcast-join',
      does: 'join with all of at most 100 rules',
      keeps: 'in every task the newest version of each key, deletions included, for ever, at most 100',
      horizonMs: undefined,
      delayMs: 0,
      results: 'events',
      broadcastInputs: [1],
    },
  ],
  [
    dedupe({ by: (value: string) => value, withinMs: HOUR, graceMs: MINUTE }),
    {
      kind: 'dedupe',
      shape: 'dedupe',
      does: 'first of each within 1 hour, grace 1 minute',
      keeps: 'one entry for each key and value seen in that time',
      horizonMs: 61 * MINUTE,
      delayMs: 0,
      results: 'events',
    },
  ],
])('a definition says what it is: %#', (definition, expected) => {
  expect(textOf(definition)).toEqual(expected);
});
