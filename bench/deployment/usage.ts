import { NOTHING_WRITTEN, type Written } from '../metered-store.ts';

/** What a stage has used, as AWS would count it. */
export interface Usage {
  readonly records: number;
  /** In the parcels that came from other stages. */
  readonly events: number;
  readonly invocations: number;
  /** Of the handler: the event parsed, records decoded, operators, journal, the answer encoded. */
  readonly cpuMicros: number;
  /** What the stage has put into the streams of others. */
  readonly parcels: number;
  readonly parcelBytes: number;
  /** Each is 25 KB begun of a record. */
  readonly putUnits: number;
  readonly journal: Written;
  readonly resultUnits: number;
  readonly results: number;
  readonly largestTailBytes: number;
}

export const NOTHING_USED: Usage = {
  records: 0,
  events: 0,
  invocations: 0,
  cpuMicros: 0,
  parcels: 0,
  parcelBytes: 0,
  putUnits: 0,
  journal: NOTHING_WRITTEN,
  resultUnits: 0,
  results: 0,
  largestTailBytes: 0,
};

/** Both together. */
export function plus(a: Usage, b: Usage): Usage {
  return {
    ...sums(a, b),
    journal: sums(a.journal, b.journal),
    largestTailBytes: Math.max(a.largestTailBytes, b.largestTailBytes),
  };
}

/** What came after `before`. */
export function since(before: Usage, now: Usage): Usage {
  return {
    ...sums(now, before, -1),
    journal: sums(now.journal, before.journal, -1),
    largestTailBytes: now.largestTailBytes,
  };
}

function sums<T extends object>(a: T, b: T, sign = 1): T {
  const others = new Map<string, unknown>(Object.entries(b));
  const summed = Object.entries(a).map(([name, value]): [string, unknown] => {
    const added = others.get(name);
    return typeof value === 'number' && typeof added === 'number'
      ? [name, value + sign * added]
      : [name, value];
  });
  return Object.fromEntries(summed) as T;
}
