import { parseArgs } from 'node:util';
import { footprintOf } from './cost/footprint.ts';
import { billOf, flinkBillOf, naiveBillOf, totalOf, type Bill, type Load } from './cost/model.ts';
import { PRICES } from './cost/prices.ts';
import { QUERIES, type QueryName } from './nexmark/queries/index.ts';
import { flinkThousandsOf } from './nexmark/throughput/targets.ts';

/**
 * Dollars for a billion events: what a query uses is measured, what that costs is computed from list prices. Beside it Managed
 * Service for Apache Flink at the rates its suite publishes, and a function that updates an item for each event. With
 * `--json`, as JSON.
 */
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const NAMES: readonly QueryName[] = ['q1', 'q5', 'q8', 'q11'];
const LOADS = [1, 10, 100];
const BYTES_PER_MEGABYTE = 1e6;
/** The suite has no figure for q1, which does little more than q0. */
const RATES_OF: Partial<Record<QueryName, string>> = { q1: 'q0' };

const lines: Record<string, number | string>[] = [];
const footprints: Record<string, number | string>[] = [];
for (const name of NAMES) {
  const footprint = await footprintOf(QUERIES[name]);
  footprints.push({ query: name, ...rounded(footprint) });
  const flinkRate = 1000 * (flinkThousandsOf(RATES_OF[name] ?? name) ?? Number.NaN);
  for (const megabytes of LOADS) {
    for (const isAggregated of [false, true]) {
      const load: Load = { bytesPerSecond: megabytes * BYTES_PER_MEGABYTE, isAggregated };
      const line = { query: name, 'MB/s': megabytes, aggregated: isAggregated ? 'yes' : 'no' };
      const bill = billOf(footprint, load);
      const flink = flinkBillOf(footprint, load, flinkRate);
      lines.push({
        ...line,
        ...rounded(bill),
        total: dollars(totalOf(bill)),
        'without source': dollars(totalOf(bill) - bill.source),
        'Flink without source': dollars(totalOf(flink) - flink.source),
        'an update each, without source': dollars(withoutSource(naiveBillOf(footprint, load))),
      });
    }
  }
}

if (values.json) console.log(JSON.stringify({ prices: PRICES, footprints, lines }, undefined, 2));
else {
  console.log('What an event takes, measured:');
  console.table(footprints);
  console.log(`Dollars for a billion events, at the prices of ${PRICES.asOf}:`);
  console.table(lines);
}

function withoutSource(bill: Bill): number {
  return totalOf(bill) - bill.source;
}

function rounded(figures: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]: [string, number]) => [name, Number(value.toPrecision(3))]),
  );
}

function dollars(amount: number): number {
  return Number(amount.toPrecision(3));
}
