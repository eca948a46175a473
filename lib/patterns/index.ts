export { TIMED_OUT, type TimedOut } from './matcher.ts';
export { patternMatch, type MatchOptions } from './pattern-match.ts';
export { BoundedPattern, Pattern, PatternStart, type Captured, type Times } from './pattern.ts';
export type { SkipStrategy } from './settle.ts';
