import { DefinitionError, type OperatorDefinition } from '../model/index.ts';
import { formatDuration } from '../time/index.ts';
import { PatternMatch, type MatchRules } from './matcher.ts';
import { describeSteps } from './pattern-step.ts';
import { BoundedPattern, PatternStart, type Captured } from './pattern.ts';
import { SKIP_STRATEGIES, type SkipStrategy } from './settle.ts';

/** What becomes of matches that overlap, and how many may be on their way. */
export interface MatchOptions {
  /**
   * What a match does to others that overlap it.
   * @default 'past-last-event'
   */
  readonly skip?: SkipStrategy;
  /**
   * How many partial matches a key may have. An event that would make it more goes to the dead letters; the partial
   * matches stay as they are.
   * @default 1000
   */
  readonly maxPartialMatches?: number;
}

const DEFAULT_MAX_PARTIAL_MATCHES = 1_000;

/**
 * Looks for a pattern in each key's events. Matches go out as what `select` makes of them, partial matches whose time
 * is over by the output `timedOut`.
 * @throws DefinitionError if the pattern has no `within`, or an option makes no sense
 */
export function patternMatch<T, Caps>(
  build: (pattern: PatternStart<T>) => BoundedPattern<T, Caps>,
  select: (match: Captured<Caps>, key: never) => unknown,
  { skip = 'past-last-event', maxPartialMatches = DEFAULT_MAX_PARTIAL_MATCHES }: MatchOptions = {},
): OperatorDefinition {
  const pattern: unknown = build(new PatternStart());
  if (!(pattern instanceof BoundedPattern)) {
    throw new DefinitionError(
      'a pattern has no end in time; close it with .within(…), for example .within("10 minutes")',
    );
  }
  if (!SKIP_STRATEGIES.includes(skip)) {
    throw new DefinitionError(
      `skip of a pattern is "${skip}"; allowed are '${SKIP_STRATEGIES.join("', '")}'`,
    );
  }
  if (!Number.isSafeInteger(maxPartialMatches) || maxPartialMatches < 1) {
    throw new DefinitionError(
      `maxPartialMatches of a pattern is "${maxPartialMatches}"; give a whole number of 1 or more`,
    );
  }
  const { steps, withinMs } = pattern;
  const rules: MatchRules = {
    steps,
    withinMs,
    skip,
    maxPartialMatches,
    // The types of captures end here; the signature above has checked them.
    select: select as unknown as MatchRules['select'],
  };
  return {
    kind: 'pattern-match',
    shape: `pattern { ${steps.map(({ name, isMany }) => (isMany ? `${name}[]` : name)).join(', ')} }`,
    does: `matches ${describeSteps(steps)}; within ${formatDuration(withinMs)}, ${skip}`,
    keeps: `for each key, its events of the last ${formatDuration(withinMs)} that matches may need, and up to ${maxPartialMatches} partial matches`,
    horizonMs: 2 * withinMs + 1,
    delayMs: 0,
    results: 'events',
    create: () => new PatternMatch(rules),
  };
}
