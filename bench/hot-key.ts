import { avg, count, pipeline, source, sum, tumbling, type Pipeline } from 'millrace';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { randomFrom } from '../lib/testing/index.ts';
import { Deployment } from './deployment/deployment.ts';
import { NOTHING_USED, since, type Usage } from './deployment/usage.ts';

/**
 * What a key with nine of ten records does to the stage where it is met, with events combined before they are sent and
 * without; and what combining costs where hardly any key comes twice. Pipelines with the same load run in turns, so that
 * whatever else the machine does meets each of them alike. With `--json`, as JSON.
 */
const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '120' } },
});

const ROUNDS = Number(values.rounds);
const SHARDS = 4;
const KEYS = 400;
/** So many that hardly any comes twice in a window. */
const MANY_KEYS = 1_000_000;
const HOT_SHARE = 0.9;
/** A batch a second for each shard. */
const RECORDS_OF_A_ROUND = SHARDS * 1_000;
const MS_OF_A_ROUND = 1_000;
const ROUNDS_PER_WINDOW = 60;
const WARM_UP = ROUNDS_PER_WINDOW;
const START = Date.parse('2026-01-01T00:00:00Z');

const Payment = z.object({ account: z.string(), at: z.number(), cents: z.number() });

function totals(combine: Pipeline['combine']): Pipeline {
  return pipeline('payments', {
    combine,
    sources: { payments: source(Payment, { timestamp: (payment) => payment.at, outOfOrder: '1 second' }) },
    build: ({ payments }) => ({
      totals: payments
        .keyBy((payment) => payment.account)
        .window(tumbling('1 minute'))
        .aggregate('totals', {
          payments: count(),
          cents: sum((payment) => payment.cents),
          mean: avg((payment) => payment.cents),
        }),
    }),
  });
}

type Shape = 'uniform' | 'hot' | 'many';

/** One pipeline under one load, and what it used since it was warm. */
class Run {
  readonly #keys: Shape;
  readonly #combine: Pipeline['combine'];
  readonly #deployment: Deployment;
  readonly #random = randomFrom(1);
  readonly #utf8 = new TextEncoder();
  #round = 0;
  #before: ReadonlyMap<string, readonly Usage[]> = new Map();

  constructor(keys: Shape, combine: Pipeline['combine']) {
    this.#keys = keys;
    this.#combine = combine;
    this.#deployment = new Deployment(totals(combine), {
      shards: SHARDS,
      invocationsPerWindow: ROUNDS_PER_WINDOW,
    });
  }

  async run(): Promise<void> {
    const keys = this.#keys === 'many' ? MANY_KEYS : KEYS;
    for (let record = 0; record < RECORDS_OF_A_ROUND; record += 1) {
      const isHot = this.#keys === 'hot' && this.#random.chance(HOT_SHARE);
      const account = `account-${isHot ? 0 : this.#random.below(keys)}`;
      const at = Math.floor(START + (this.#round + record / RECORDS_OF_A_ROUND) * MS_OF_A_ROUND);
      const data = this.#utf8.encode(JSON.stringify({ account, at, cents: this.#random.below(100_000) }));
      this.#deployment.put('payments', String(this.#random.below(1_000_000)), data, at);
    }
    this.#round += 1;
    await this.#deployment.run();
  }

  begin(): void {
    this.#before = this.#deployment.usageByShard;
  }

  get figures(): Figures {
    const [sending = [], receiving = []] = [...this.#deployment.usageByShard].map(([id, shards]) =>
      shards.map((now, index) => since(this.#before.get(id)?.[index] ?? NOTHING_USED, now)),
    );
    const records = total(sending, (usage) => usage.records);
    return {
      keys: this.#keys,
      combine: this.#combine,
      'busiest: events': (1_000 * Math.max(...receiving.map(({ events }) => events))) / records,
      'busiest: CPU µs': Math.max(...receiving.map(({ cpuMicros }) => cpuMicros)) / records,
      'all receivers: CPU µs': total(receiving, (usage) => usage.cpuMicros) / records,
      'all senders: CPU µs': total(sending, (usage) => usage.cpuMicros) / records,
      'senders: journal WRU': (1_000 * total(sending, ({ journal }) => journal.entryUnits)) / records,
      'senders: largest tail KB': Math.max(...sending.map((usage) => usage.largestTailBytes)) / 1_000,
    };
  }
}

type Figures = Readonly<Record<string, number | string>>;

function total(shards: readonly Usage[], of: (usage: Usage) => number): number {
  return shards.reduce((sofar, usage) => sofar + of(usage), 0);
}

/** How much more the busiest receiver has to do than with uniform keys and nothing combined. */
function compared(figures: readonly Figures[]): readonly Figures[] {
  const ratio = (each: Figures, name: string): number => Number(each[name]) / Number(figures[0]?.[name]);
  return figures.map((each) => {
    const ratios = {
      'events, ratio': ratio(each, 'busiest: events'),
      'CPU, ratio': ratio(each, 'busiest: CPU µs'),
    };
    return Object.fromEntries(
      Object.entries({ ...each, ...ratios }).map(([name, value]) => [
        name,
        typeof value === 'number' ? Number(value.toPrecision(3)) : value,
      ]),
    );
  });
}

const runs = [
  new Run('uniform', 'off'),
  new Run('hot', 'off'),
  new Run('uniform', 'auto'),
  new Run('hot', 'auto'),
  new Run('many', 'off'),
  new Run('many', 'auto'),
];
for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
  if (round === WARM_UP) for (const run of runs) run.begin();
  for (const run of runs) await run.run();
  if (process.stderr.isTTY && round % 10 === 0)
    process.stderr.write(`\r${round} of ${WARM_UP + ROUNDS} rounds `);
}
const figures = compared(runs.map((run) => run.figures));

if (values.json) console.log(JSON.stringify(figures, undefined, 2));
else {
  console.log(
    `${SHARDS} shards, ${KEYS} keys, windows of a minute; events and WRU for 1,000 records, CPU µs for one:`,
  );
  console.table(figures);
}
