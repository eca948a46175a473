import { parseArgs } from 'node:util';
import { planOf, type OperatorPlan } from '../../lib/plan/index.ts';
import { randomFrom } from '../../lib/testing/index.ts';
import type { NexmarkEvent } from './events.ts';
import { flinkEvents, flinkSettings } from './generator/index.ts';
import { digestOf, ORACLES, q12 } from './oracle/index.ts';
import { QUERIES, type QueryName } from './queries/index.ts';
import { runQuery } from './queries/run.ts';

/**
 * Runs every query over many events, in order and then out of order while every task crashes now and then, and compares each
 * with its oracle. Prints a table in Markdown; exit code 1 if a result differs.
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '100000' },
    query: { type: 'string', default: Object.keys(QUERIES).join(',') },
  },
});

const RATE = 250;
const MS_PER_EVENT = 1000 / RATE;
/** So that no event is late: less than the queries allow. */
const EVENTS_OF_DISORDER = 999;
const CRASHES = 20;
const DAY_MS = 86_400_000;

const events = [...flinkEvents(flinkSettings({ events: Number(values.events), rate: RATE }))];
const [first] = events;
const names = values.query.split(',').filter((name): name is QueryName => name in QUERIES);

console.log(
  '| query | what | features | rows | state kept for | in order | out of order, crashes | result, SHA-256 |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const name of names) {
  const { what, features } = QUERIES[name];
  const expected = ORACLES[name](events);
  const digest = digestOf(expected);
  const inOrder = runQuery(QUERIES[name], events);
  const cells = [
    name,
    what,
    features.join(', '),
    String(expected.length),
    horizonOf(name),
    verdict(digestOf(inOrder.rows) === digest && inOrder.deadLetters === 0),
    verdict(isSameInDisorder(name, digest)),
    digest.slice(0, 16),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

function isSameInDisorder(name: QueryName, digest: string): boolean {
  const random = randomFrom(1);
  const rankOf = new Map(events.map(({ seq }) => [seq, random.next()]));
  const mixed = events.toSorted(
    (a, b) => groupOf(a) - groupOf(b) || (rankOf.get(a.seq) ?? 0) - (rankOf.get(b.seq) ?? 0),
  );
  const arrivals = new Map(
    mixed.map(({ seq }, index) => [seq, Math.floor((first?.ts ?? 0) + index * MS_PER_EVENT)]),
  );
  const arrivalOf = ({ seq, ts }: NexmarkEvent): number => arrivals.get(seq) ?? ts;
  const { rows, deadLetters } = runQuery(QUERIES[name], mixed, {
    shards: 3,
    arrivalOf,
    crashesBefore: () => random.chance(CRASHES / events.length),
  });
  const expected = name === 'q12' ? digestOf(q12(mixed, arrivalOf)) : digest;
  return digestOf(rows) === expected && deadLetters === 0;
}

function verdict(isSame: boolean): string {
  if (!isSame) process.exitCode = 1;
  return isSame ? 'equal' : 'DIFFERENT';
}

/** Of the operator that keeps its state longest. */
function horizonOf(name: QueryName): string {
  const operators = planOf(QUERIES[name].build()).stages.flatMap(
    (stage): readonly OperatorPlan[] => stage.operators,
  );
  if (operators.length === 0) return 'no state';
  const longest = Math.max(...operators.map(({ horizonMs = Infinity }) => horizonMs));
  if (longest === Number.POSITIVE_INFINITY) return 'for ever';
  return longest >= DAY_MS ? `${longest / DAY_MS} days` : `${longest / 1000} s`;
}

function groupOf({ seq }: NexmarkEvent): number {
  return Math.floor(seq / EVENTS_OF_DISORDER);
}
