import { count, pipeline, source, sum, tumbling, type Pipeline } from 'millrace';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { randomFrom, type Random } from '../lib/testing/index.ts';
import { Deployment } from './deployment/deployment.ts';
import { NOTHING_USED, plus, since, type Usage } from './deployment/usage.ts';

/**
 * Whether a record costs the same however many shards and keys there are: a pipeline of two stages with a shuffle between
 * them, each shard with the same load. All sizes run in turns, so that whatever else the machine does meets each of
 * them alike. With `--json`, as JSON.
 */
const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '120' } },
});

const SHARDS = [1, 2, 4, 8, 16];
const KEYS = [1_000, 10_000, 100_000, 1_000_000];
const KEYS_OF_A_SHARD = 1_000;
const SHARDS_FOR_KEYS = 2;
/** A batch a second for each shard: a megabyte a second of records of this size would be some ten times as many. */
const RECORDS_OF_A_SHARD = 1_000;
const MS_OF_A_ROUND = 1_000;
const ROUNDS_PER_WINDOW = 60;
const ROUNDS = Number(values.rounds);
const START = Date.parse('2026-01-01T00:00:00Z');

const Payment = z.object({ account: z.string(), at: z.number(), cents: z.number() });

function totalsPer(window: '1 minute' | '1 day'): Pipeline {
  return pipeline('payments', {
    sources: { payments: source(Payment, { timestamp: (payment) => payment.at, outOfOrder: '1 second' }) },
    build: ({ payments }) => ({
      totals: payments
        .keyBy((payment) => payment.account)
        .window(tumbling(window))
        .aggregate('totals', { payments: count(), cents: sum((payment) => payment.cents) }),
    }),
  });
}

/** One size: its load, and what it used since it was warm. */
class Size {
  readonly shards: number;
  readonly keys: number;
  readonly #deployment: Deployment;
  readonly #random: Random = randomFrom(1);
  readonly #utf8 = new TextEncoder();
  #round = 0;
  #before: ReadonlyMap<string, Usage> = new Map();

  constructor(shards: number, keys: number, window: '1 minute' | '1 day') {
    this.shards = shards;
    this.keys = keys;
    this.#deployment = new Deployment(totalsPer(window), { shards, invocationsPerWindow: ROUNDS_PER_WINDOW });
  }

  /** A record of every key. */
  async fill(): Promise<void> {
    for (let key = 0; key < this.keys; key += 1) {
      this.#put(key, START);
      if (key % (this.shards * RECORDS_OF_A_SHARD) === 0) await this.#deployment.run();
    }
    await this.#deployment.run();
  }

  async run(): Promise<void> {
    const records = this.shards * RECORDS_OF_A_SHARD;
    for (let record = 0; record < records; record += 1) {
      const at = START + (this.#round + record / records) * MS_OF_A_ROUND;
      this.#put(this.#random.below(this.keys), Math.floor(at));
    }
    this.#round += 1;
    await this.#deployment.run();
  }

  begin(): void {
    this.#before = this.#deployment.usage;
  }

  get figures(): Figures {
    const used = [...this.#deployment.usage].map(([id, now]): [string, Usage] => [
      id,
      since(this.#before.get(id) ?? NOTHING_USED, now),
    ]);
    const records = used[0]?.[1].records ?? 0;
    const total = used.reduce((all, [, usage]) => plus(all, usage), NOTHING_USED);
    return {
      shards: this.shards,
      keys: this.keys,
      'CPU µs': total.cpuMicros / records,
      'journal WRU': (1_000 * (total.journal.entryUnits + total.journal.checkpointUnits)) / records,
      parcels: (1_000 * total.parcels) / records,
      'parcel KB': total.parcelBytes / records,
      'PUT units': (1_000 * total.putUnits) / records,
      'largest tail KB': total.largestTailBytes / 1_000,
    };
  }

  #put(key: number, at: number): void {
    const account = `account-${key}`;
    const data = this.#utf8.encode(JSON.stringify({ account, at, cents: this.#random.below(100_000) }));
    this.#deployment.put('payments', String(this.#random.below(1_000_000)), data, at);
  }
}

type Figures = Readonly<Record<string, number>>;

async function measured(sizes: readonly Size[], warmUp: number): Promise<readonly Figures[]> {
  for (let round = 0; round < warmUp; round += 1) for (const size of sizes) await size.run();
  for (const size of sizes) size.begin();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const size of sizes) await size.run();
    if (process.stderr.isTTY && round % 10 === 0) process.stderr.write(`\r${round} of ${ROUNDS} rounds `);
  }
  const figures = sizes.map((size) => size.figures);
  const base = figures[0]?.['CPU µs'] ?? Number.NaN;
  return figures.map((each) =>
    Object.fromEntries(
      Object.entries({ ...each, ratio: (each['CPU µs'] ?? Number.NaN) / base }).map(([name, value]) => [
        name,
        Number(value.toPrecision(3)),
      ]),
    ),
  );
}

const byShards = await measured(
  SHARDS.map((shards) => new Size(shards, shards * KEYS_OF_A_SHARD, '1 minute')),
  ROUNDS_PER_WINDOW / 2,
);
const ofKeys = KEYS.map((keys) => new Size(SHARDS_FOR_KEYS, keys, '1 day'));
for (const size of ofKeys) await size.fill();
const byKeys = await measured(ofKeys, ROUNDS_PER_WINDOW / 2);

if (values.json) console.log(JSON.stringify({ byShards, byKeys }, undefined, 2));
else {
  console.log('For 1,000 records, CPU µs for one; windows of a minute, 1,000 keys for each shard:');
  console.table(byShards);
  console.log(`The same with ${SHARDS_FOR_KEYS} shards, every key in a window that stays open:`);
  console.table(byKeys);
}
