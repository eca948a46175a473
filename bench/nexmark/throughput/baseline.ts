/** How far a run may be from the baseline: ratios of the same code vary by this on a busy machine. */
export const TOLERANCE = 0.2;

/** For each measurement the ratio to the limit. Absolute times say more about the machine than about the code. */
export type Ratios = Readonly<Record<string, number>>;

export interface Comparison {
  /** What is slower or faster than before by more than the tolerance, one line each. */
  readonly slower: readonly string[];
  readonly faster: readonly string[];
  /** What only one of the two has. */
  readonly unmatched: readonly string[];
}

/** What moved between a baseline and a run. */
export function compare(baseline: Ratios, measured: Ratios, tolerance = TOLERANCE): Comparison {
  const names = [...new Set([...Object.keys(baseline), ...Object.keys(measured)])];
  const moved = names.flatMap((name) => {
    const [before, now] = [baseline[name], measured[name]];
    if (before === undefined || now === undefined) return [];
    const line = `${name}: ${before.toFixed(3)} to ${now.toFixed(3)} of the limit`;
    return [{ line, change: now / before - 1 }];
  });
  return {
    slower: moved.filter(({ change }) => change < -tolerance).map(({ line }) => line),
    faster: moved.filter(({ change }) => change > tolerance).map(({ line }) => line),
    unmatched: names.filter((name) => baseline[name] === undefined || measured[name] === undefined),
  };
}
