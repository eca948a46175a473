/** What the steps of a partial match have taken, by name: one value, or the values of a step that takes many. */
export type Captures = Readonly<Record<string, unknown>>;

/** Decides about an event by its value and what was taken before it. */
export type Condition = (value: unknown, soFar: Captures) => boolean;

/** One step of a pattern, as data. */
export interface PatternStep {
  readonly name: string;
  /** Whether it takes a list of events, or exactly one. */
  readonly isMany: boolean;
  readonly where: Condition;
  readonly atLeast: number;
  /** `Infinity` without a bound. */
  readonly atMost: number;
  /** `strict`: no event of the key may lie between its first event and the one taken before. */
  readonly contiguity: 'strict' | 'relaxed';
  /** What must not happen between its last event and the first of the next step, or the end of the time. */
  readonly forbidden: readonly Condition[];
}

/** How a person would name the pattern: `probe, then many more, then at once spend`. */
export function describeSteps(steps: readonly PatternStep[]): string {
  return steps
    .map(({ name, isMany, contiguity, atLeast, atMost, forbidden }, index) => {
      const link = index === 0 ? '' : contiguity === 'strict' ? 'next ' : 'then ';
      const times = !isMany ? '' : ` × ${atLeast}${Number.isFinite(atMost) ? `–${atMost}` : ' or more'}`;
      return `${link}${name}${times}${forbidden.length > 0 ? ', without what is ruled out' : ''}`;
    })
    .join(', ');
}
