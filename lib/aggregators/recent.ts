import type { Aggregator } from './aggregator.ts';
import type { Maybe } from './countable.ts';
import { insertInOrder, mergeInOrder, timed, type InOrder, type Timed } from './in-order.ts';

export type RecentAggregator<T, Out> = Aggregator<T, Timed<number>, InOrder<number>, Out>;

/** A function of the latest `keep` values in the order of event time, those of equal time in log order. */
export function ofRecent<T, Out>(
  kind: string,
  of: (value: T) => Maybe<number>,
  keep: number,
  result: (recent: InOrder<number>) => Out,
): RecentAggregator<T, Out> {
  return {
    kind: `${kind}(${keep})`,
    extract: timed(of),
    init: () => [],
    add: (recent, entry) => {
      insertInOrder(recent, entry);
      if (recent.length > keep) recent.shift();
      return recent;
    },
    merge: (recent, others) => mergeInOrder(recent, others).slice(-keep),
    result,
  };
}
