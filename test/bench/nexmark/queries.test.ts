import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { NexmarkEvent } from '../../../bench/nexmark/events.ts';
import { flinkEvents, flinkSettings } from '../../../bench/nexmark/generator/index.ts';
import { ORACLES, q12, type Rows } from '../../../bench/nexmark/oracle/index.ts';
import { QUERIES, type QueryName } from '../../../bench/nexmark/queries/index.ts';
import { runQuery } from '../../../bench/nexmark/queries/run.ts';
import { randomFrom, type Random } from '../../../lib/testing/index.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NAMES = Object.keys(QUERIES) as readonly QueryName[];

/** So many people that bidders, whose ids are 1000 too high, are sellers too. */
const CROWD = { persons: 20, auctions: 10, bids: 20 };

/** Four windows of 10 s; no two events have the same time. */
const ordered = [...flinkEvents(flinkSettings({ events: 2_000, rate: 50, proportions: CROWD }))];
const GAP_MS = 20;
const ALLOWED_EVENTS = 4_000 / GAP_MS;

describe('each query gives what a plain computation gives', () => {
  test.each(NAMES)('%s, of events in order', (name) => {
    const outcome = runQuery(QUERIES[name], ordered);

    expect(outcome).toEqual({ rows: ORACLES[name](ordered), deadLetters: 0 });
  });

  test.each(NAMES)('%s, of events out of order, while every task crashes now and then', (name) => {
    const random = randomFrom(7);
    const mixed = mixedWithin(ordered, ALLOWED_EVENTS, random);
    const arrivals = new Map(mixed.map(({ seq }, index) => [seq, (ordered[0]?.ts ?? 0) + index * GAP_MS]));
    const arrivalOf = ({ seq, ts }: NexmarkEvent): number => arrivals.get(seq) ?? ts;

    const outcome = runQuery(QUERIES[name], mixed, {
      shards: 3,
      arrivalOf,
      crashesBefore: () => random.chance(0.005),
    });

    const expected: Rows = name === 'q12' ? q12(mixed, arrivalOf) : ORACLES[name](ordered);
    expect(outcome).toEqual({ rows: expected, deadLetters: 0 });
  });
});

/** In a process of its own: the simulation is several times slower in jest's. */
test('in sandboxes that crash, freeze and come back, with batches cut anywhere and streams resharded', async () => {
  const run = promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'bench/nexmark/simulate.ts', '--seeds', '3'],
    {
      cwd: ROOT,
    },
  );

  await expect(run).resolves.toMatchObject({ stdout: '23 queries with 3 seeds each, 0 failed\n' });
}, 240_000);

test('the command that checks them prints a row for each', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'bench/nexmark/check.ts', '--events', '300', '--query', 'q0,q13'],
    { cwd: ROOT },
  );

  const rows = stdout.trim().split('\n').slice(2);
  expect(rows.map((row) => row.split(' | ').slice(5, 7))).toEqual([
    ['equal', 'equal'],
    ['equal', 'equal'],
  ]);
}, 60_000);

/** Shuffles each run of so many events. */
function mixedWithin(events: readonly NexmarkEvent[], size: number, random: Random): readonly NexmarkEvent[] {
  const mixed = [...events];
  for (let index = mixed.length - 1; index > 0; index -= 1) {
    const first = Math.floor(index / size) * size;
    const other = first + random.below(index - first + 1);
    const [a, b] = [mixed[index], mixed[other]];
    if (a !== undefined && b !== undefined) [mixed[index], mixed[other]] = [b, a];
  }
  return mixed;
}
