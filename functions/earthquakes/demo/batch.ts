import type { Quake } from '../feed.ts';

/**
 * The same results from a plain program over the finished input. It shares no code with the pipeline: arrays, maps and
 * whole numbers.
 */
const SIX_HOURS = 6 * 60 * 60 * 1000;
/** Every depth times this is a whole number, so their sum is exact. */
const SCALE_BITS = 100;

/** One shard's records, in the order of its log. */
export type ShardLog = readonly Quake[];

export interface Row {
  readonly key: string;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly quakes: number;
  readonly largest: number | undefined;
  readonly meanDepth: number | undefined;
}

export interface BatchResult {
  readonly rows: readonly Row[];
  readonly late: readonly Quake[];
}

export function batchResult(shards: readonly ShardLog[]): BatchResult {
  const late: Quake[] = [];
  const windows = new Map<string, Quake[]>();
  for (const log of shards) {
    let newest = Number.NEGATIVE_INFINITY;
    for (const quake of log) {
      const start = Math.floor(quake.time / SIX_HOURS) * SIX_HOURS;
      const isLate = start + SIX_HOURS <= newest - SIX_HOURS;
      newest = Math.max(newest, quake.time);
      if (quake.type !== 'earthquake') continue;
      if (isLate) late.push(quake);
      else windows.set(`${quake.net} ${start}`, [...(windows.get(`${quake.net} ${start}`) ?? []), quake]);
    }
  }
  return { rows: [...windows.values()].map(rowOf), late };
}

/** The row of one key and window. */
export function rowOf(quakes: readonly Quake[]): Row {
  const [first] = quakes;
  if (first === undefined) throw new RangeError('a window without quakes has no row');
  const windowStart = Math.floor(first.time / SIX_HOURS) * SIX_HOURS;
  const magnitudes = quakes.flatMap(({ mag }) => (mag === null ? [] : [mag]));
  const depths = quakes.flatMap(({ depth }) => (depth === null ? [] : [depth]));
  return {
    key: first.net,
    windowStart,
    windowEnd: windowStart + SIX_HOURS,
    quakes: quakes.length,
    largest: magnitudes.length === 0 ? undefined : Math.max(...magnitudes),
    meanDepth: depths.length === 0 ? undefined : exactSum(depths) / depths.length,
  };
}

function exactSum(values: readonly number[]): number {
  const total = values.reduce((sum, value) => sum + BigInt(value * 2 ** SCALE_BITS), 0n);
  return Number(total) / 2 ** SCALE_BITS;
}
