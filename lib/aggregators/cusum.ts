import { DefinitionError } from '../model/index.ts';
import type { Maybe } from './countable.ts';
import type { InOrder } from './in-order.ts';
import { addValue, deviationOf, distanceFromMean, noMoments, type Moments } from './moments.ts';
import { ofRecent, type RecentAggregator } from './recent.ts';
import { checkWholeNumber } from './whole-number.ts';

interface CusumLimits {
  /**
   * How many of the latest values are looked at, and kept as state.
   * @default 200
   */
  readonly keep?: number;
  /**
   * What is taken from each value's distance before it is summed, in deviations: half of the shift to be found.
   * @default 0.5
   */
  readonly drift?: number;
  /**
   * The sum above which there is a change, in deviations.
   * @default 5
   */
  readonly threshold?: number;
}

/** What is normal: given, or learnt from the oldest values that are kept. */
type CusumReference =
  | { readonly target: number; readonly deviation: number; readonly baseline?: never }
  | { readonly target?: never; readonly deviation?: never; readonly baseline: number };

/** What `cusum` takes for normal, a known level or the first values, and how large a shift must be. */
export type CusumOptions = CusumLimits & CusumReference;

/** What `cusum` says after the latest value. */
export interface Cusum {
  /** The upper sum: how much the latest values, together, lie above what is normal. In deviations, at least 0. */
  readonly up: number;
  /** The lower sum, likewise for values below. */
  readonly down: number;
  readonly isChange: boolean;
  /** Since when: the event time of the first value after the sum that tells was last 0. */
  readonly since: number | undefined;
}

/**
 * Finds a lasting shift of the level that no single value gives away: the two-sided cumulative sum
 * S⁺ = max(0, S⁺ + z - drift), S⁻ = max(0, S⁻ - z - drift) over the latest `keep` values in the order of event time,
 * from 0 at the oldest of them, with z = (x - target) / deviation. There is a change while S⁺ or S⁻ exceeds
 * `threshold`. For trailing windows and running aggregates; takes time in proportion to `keep` for each result.
 *
 * With `baseline`, target and deviation are the mean and sample deviation of that many of the oldest kept values, and
 * the sums run over the rest. `undefined` while there are no values beyond the baseline, or it doesn't vary.
 * @see Page, "Continuous Inspection Schemes", Biometrika 41, 1954
 * @throws DefinitionError unless 2 <= baseline < keep <= 10000, deviation > 0, drift >= 0 and threshold > 0
 */
export function cusum<T>(
  of: (value: T) => Maybe<number>,
  options: CusumOptions,
): RecentAggregator<T, Cusum | undefined> {
  const { keep = 200, drift = 0.5, threshold = 5, baseline = 0 } = options;
  checkWholeNumber(keep, 1, 10_000, 'the number of values cusum keeps');
  if (options.baseline !== undefined) checkWholeNumber(baseline, 2, keep - 1, 'the baseline of cusum');
  if (!(drift >= 0 && threshold > 0) || (options.deviation !== undefined && !(options.deviation > 0))) {
    throw new DefinitionError(
      `cusum has drift "${drift}", threshold "${threshold}", deviation "${options.deviation ?? 'learnt'}"; ` +
        'give a drift of 0 or more, and a threshold and a deviation above 0, for example { drift: 0.5, threshold: 5 }',
    );
  }
  return ofRecent('cusum', of, keep, (recent) => {
    const standardise =
      options.baseline === undefined
        ? (value: number) => (value - options.target) / options.deviation
        : learnt(recent.slice(0, baseline), baseline);
    const judged = recent.slice(baseline);
    return standardise === undefined || judged.length === 0
      ? undefined
      : sumsOver(judged, standardise, drift, threshold);
  });
}

function learnt(entries: InOrder<number>, baseline: number): ((value: number) => number) | undefined {
  const moments = entries.reduce<Moments>((sums, [, value]) => addValue(sums, value), noMoments());
  const deviation = deviationOf(moments, 'sample') ?? 0;
  if (entries.length < baseline || !(deviation > 0)) return undefined;
  return (value) => (distanceFromMean(moments, value) ?? 0) / deviation;
}

function sumsOver(
  judged: InOrder<number>,
  standardise: (value: number) => number,
  drift: number,
  threshold: number,
): Cusum {
  let up = 0;
  let down = 0;
  let upSince: number | undefined;
  let downSince: number | undefined;
  for (const [timestamp, value] of judged) {
    const z = standardise(value);
    up = Math.max(0, up + z - drift);
    down = Math.max(0, down - z - drift);
    upSince = up === 0 ? undefined : (upSince ?? timestamp);
    downSince = down === 0 ? undefined : (downSince ?? timestamp);
  }
  const isChange = up > threshold || down > threshold;
  return { up, down, isChange, since: isChange ? (up > down ? upSince : downSince) : undefined };
}
