import { count, sum } from '../../aggregators/index.ts';
import { externalTable, pipeline, source, type Pipeline } from '../../dsl/index.ts';
import { tumbling } from '../../windows/index.ts';
import type { MemorySinks } from '../memory-sinks.ts';
import type { Workload } from './simulate.ts';
import {
  differenceOf,
  DISORDER_MS,
  entries,
  entryOf,
  entrySchema,
  grouped,
  MINUTE_MS,
  minuteOf,
  type Entry,
} from './stages-workload.ts';
import type { ShardHistory } from './simulated-shards.ts';

/** An entry, and what the table said of it. */
interface Rated extends Entry {
  readonly rate: number;
}

/**
 * Entries that look up a table which says something else each time it is asked: by themselves, in windows of their own
 * stage and in windows behind a shuffle. What it said isn't known to the check; but each entry must have been judged by
 * one answer, the same in all three.
 */
export const lookupsWorkload: Workload = {
  pipelines: (random) => [lookupsPipeline(random.chance(0.3) ? 'transactional' : 'eager')],
  records: (random) => ({ orders: entries(random) }),
  check: problem,
};

function lookupsPipeline(delivery: Pipeline['delivery']): Pipeline {
  const time = {
    timestamp: (value: unknown) => (value as Entry).at,
    outOfOrder: DISORDER_MS,
    maxSkew: '1 day',
  } as const;
  return pipeline('lookups', {
    delivery,
    sources: { orders: source(entrySchema, time) },
    tables: { rates: externalTable(entrySchema, { key: 'customer' }) },
    build: ({ orders }, { rates }) => {
      const rated = orders
        .map((value) => value as Entry)
        .joinLookup('rated', rates, {
          key: ({ customer }) => customer,
          onMiss: 'keep',
          select: (entry, row): Rated => ({ ...entry, rate: row === undefined ? 0 : (row as Rated).rate }),
        });
      const aggregates = { entries: count(), total: sum(({ rate }: Rated) => rate) };
      return {
        rated,
        perProducer: rated
          .filter(isHigh)
          .byPartitionKey()
          .window(tumbling(MINUTE_MS))
          .aggregate('per-producer', aggregates),
        perRate: rated
          .keyBy(({ rate }) => rate)
          .window(tumbling(MINUTE_MS))
          .aggregate('per-rate', aggregates),
      };
    },
  });
}

function problem(shards: readonly ShardHistory[], sinks: MemorySinks): string | undefined {
  const records = shards
    .filter(({ shardId }) => shardId.startsWith('orders:'))
    .flatMap((shard) => shard.records);
  const producers = new Map(
    records.flatMap((record) => entryOf(record).map(({ id }): [number, string] => [id, record.partitionKey])),
  );
  const outputs = sinks.changes.map(({ output }) => output);
  const valuesOf = (sink: string): readonly unknown[] =>
    outputs.flatMap((output) =>
      output.kind !== 'dead-letter' && output.sink === sink ? [output.value] : [],
    );
  const rated = valuesOf('rated') as readonly Rated[];

  const pairs: readonly (readonly [string, readonly unknown[], readonly unknown[]])[] = [
    ['rated', rated.map(unrated), records.flatMap(entryOf)],
    [
      'perProducer',
      valuesOf('perProducer'),
      windowsOf(rated.filter(isHigh), ({ id }) => producers.get(id) ?? ''),
    ],
    ['perRate', valuesOf('perRate'), windowsOf(rated, ({ rate }) => rate)],
  ];
  for (const [sink, found, wanted] of pairs) {
    const difference = differenceOf(textsOf(found), textsOf(wanted));
    if (difference !== undefined) return `${sink}: ${difference}`;
  }
  const dead = outputs.filter(({ kind }) => kind === 'dead-letter');
  return dead.length === 0 ? undefined : `${dead.length} dead letters: ${JSON.stringify(dead[0])}`;
}

function isHigh({ rate }: Rated): boolean {
  return rate > 1;
}

function unrated({ id, customer, amount, at }: Rated): Entry {
  return { id, customer, amount, at };
}

function windowsOf(rated: readonly Rated[], keyOf: (each: Rated) => string | number): readonly unknown[] {
  return grouped(rated, (each) => `${keyOf(each)} ${minuteOf(each.at)}`).map((group) => {
    const windowStart = minuteOf(group[0].at);
    const total = group.reduce((so, { rate }) => so + rate, 0);
    return {
      key: keyOf(group[0]),
      windowStart,
      windowEnd: windowStart + MINUTE_MS,
      entries: group.length,
      total,
    };
  });
}

function textsOf(values: readonly unknown[]): readonly string[] {
  return values.map((value) => JSON.stringify(value)).toSorted();
}
