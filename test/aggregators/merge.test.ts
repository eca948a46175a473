import { expect, test } from '@jest/globals';
import * as millrace from 'millrace';
import { foldOf, type AnyAggregator } from '../../lib/aggregators/index.ts';
import { encode } from '../../lib/model/index.ts';

interface Reading {
  readonly at: number;
  readonly value: number;
}

const of = ({ value }: Reading): number => value;

const every: Readonly<Record<string, AnyAggregator<Reading>>> = {
  approxCountDistinct: millrace.approxCountDistinct(of),
  avg: millrace.avg(of),
  bottomN: millrace.bottomN(3, { by: of }),
  collect: millrace.collect(of, { limit: 100 }),
  keepLast: millrace.collect(of, { limit: 2, overflow: 'keep-last' }),
  count: millrace.count(),
  countDistinct: millrace.countDistinct(of, { limit: 100 }),
  cusum: millrace.cusum(of, { target: 0, deviation: 1 }),
  delta: millrace.delta(of),
  distinct: millrace.distinct(of, { limit: 100 }),
  ewma: millrace.ewma(of, { halfLife: 10 }),
  ewmaBands: millrace.ewmaBands(of, { halfLife: 10 }),
  first: millrace.first(of),
  lag: millrace.lag(of),
  last: millrace.last(of),
  max: millrace.max(of),
  maxBy: millrace.maxBy(of),
  percentile: millrace.percentile(0.5, of),
  rate: millrace.rate(),
  spikeAndDip: millrace.spikeAndDip(of),
  stddev: millrace.stddev(of),
  sum: millrace.sum(of),
  topN: millrace.topN(3, { by: of }),
  zScore: millrace.zScore(of),
};

test.each(Object.entries(every))(
  'what %s was merged from stays as it was, whatever is added later',
  (name, each) => {
    const fold = foldOf({ [name]: each });
    const add = (accumulators: unknown[], at: number, value: number): void =>
      fold.add(accumulators, fold.prepare(accumulators, fold.extract({ at, value }, at)));
    const pane = fold.init();
    for (const [index, value] of [5, 3, 9, 3, -2].entries()) add(pane, index, value);
    const stored = encode(pane);

    const merged = fold.init();
    fold.merge(merged, pane);
    for (const [index, value] of [7, 4, 11].entries()) add(merged, 10 + index, value);
    fold.merge(merged, pane);

    expect(encode(pane)).toEqual(stored);
  },
);
