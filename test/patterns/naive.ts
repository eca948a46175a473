import type { PatternStep } from '../../lib/patterns/pattern-step.ts';
import type { SkipStrategy } from '../../lib/patterns/index.ts';

/** An event of one key. */
export interface Timed {
  readonly timestamp: number;
  readonly value: unknown;
}

/** What goes out, and by which output. */
export interface Found {
  readonly output: 'timedOut' | undefined;
  readonly timestamp: number;
  readonly captured: Readonly<Record<string, unknown>>;
}

/** How one event is read: it takes the pattern on to its next step, is one more of a step of many, or is skipped. */
type Label = 'on' | 'more' | 'skip';

const LABELS: readonly Label[] = ['on', 'more', 'skip'];

interface Read {
  readonly begin: number;
  readonly labels: readonly Label[];
  readonly outcome: 'match' | 'match-at-end' | 'timed-out';
}

/**
 * What a pattern finds in the finished input of one key, by definition: for each event that may begin a match, every
 * way to label the events after it is written down, those that break a rule are crossed out, then matches are gone
 * through in the order in which they come about.
 */
export function findAll(
  steps: readonly PatternStep[],
  withinMs: number,
  skip: SkipStrategy,
  events: readonly Timed[],
): readonly Found[] {
  const inOrder = events.toSorted((a, b) => a.timestamp - b.timestamp);
  const timeOf = (index: number): number => inOrder[index]?.timestamp ?? Number.NaN;
  const endOf = ({ begin, labels, outcome }: Read): readonly number[] =>
    outcome === 'match'
      ? [timeOf(begin + labels.length) + 1, 0, begin + labels.length]
      : [timeOf(begin) + withinMs + 1, 1, begin];

  const reads = inOrder
    .flatMap((_, begin) => readsFrom(steps, withinMs, inOrder, begin))
    .toSorted(
      (a, b) =>
        compare(endOf(a), endOf(b)) ||
        a.begin - b.begin ||
        Number(a.outcome === 'timed-out') - Number(b.outcome === 'timed-out') ||
        compare(a.labels.map(rankOf), b.labels.map(rankOf)),
    );

  const counted: Read[] = [];
  const isSkipped = (read: Read): boolean =>
    counted.some((match) => {
      if (match.outcome === 'timed-out' || skip === 'no-skip') return false;
      return match.begin === read.begin || (skip === 'past-last-event' && lastTaken(match) >= read.begin);
    });
  for (const read of reads) {
    if (!isSkipped(read)) counted.push(read);
  }
  return counted.map((read) => ({
    output: read.outcome === 'timed-out' ? 'timedOut' : undefined,
    timestamp: (endOf(read)[0] ?? Number.NaN) - 1,
    captured: capturedBy(steps, inOrder, read),
  }));
}

function readsFrom(
  steps: readonly PatternStep[],
  withinMs: number,
  events: readonly Timed[],
  begin: number,
): readonly Read[] {
  const first = events[begin];
  if (first === undefined || steps[0]?.where(first.value, {}) !== true) return [];
  const reach = events.filter(
    ({ timestamp }, index) => index > begin && timestamp <= first.timestamp + withinMs,
  ).length;
  const found: Read[] = [];
  const extend = (labels: readonly Label[]): void => {
    if (labels.length > 0 && !isAllowed(steps, events, begin, labels)) return;
    if (isFull(steps, labels)) found.push({ begin, labels, outcome: 'match' });
    else if (labels.length < reach) LABELS.forEach((label) => extend([...labels, label]));
    else
      found.push({
        begin,
        labels,
        outcome: isWaiting(steps, events, begin, labels) ? 'match-at-end' : 'timed-out',
      });
  };
  extend([]);
  return found;
}

/** Whether the last label breaks no rule, given those before it. */
function isAllowed(
  steps: readonly PatternStep[],
  events: readonly Timed[],
  begin: number,
  labels: readonly Label[],
): boolean {
  const before = labels.slice(0, -1);
  const index = begin + labels.length;
  const { step, count } = placeOf(before);
  const [at, next] = [steps[step], steps[step + 1]];
  const value = events[index]?.value;
  const soFar = { ...capturedBy(steps, events, { begin, labels: before }) };
  if (next?.isMany === true) soFar[next.name] = [];
  const isMore = at !== undefined && count < at.atMost && at.where(value, soFar);
  const isOn = next !== undefined && isGapFine(steps, events, begin, before) && next.where(value, soFar);
  switch (labels.at(-1)) {
    case 'on':
      return isOn;
    case 'more':
      return isMore;
    default: {
      const isLost = at !== undefined && count >= at.atMost && !isGapFine(steps, events, begin, labels);
      return !isOn && !isMore && !isLost;
    }
  }
}

/** Whether the pattern may go on from the last event taken, over all that was skipped since. */
function isGapFine(
  steps: readonly PatternStep[],
  events: readonly Timed[],
  begin: number,
  labels: readonly Label[],
): boolean {
  const { step, count } = placeOf(labels);
  const at = steps[step];
  if (at === undefined || count < at.atLeast) return false;
  const skipped = labels.length - 1 - labels.findLastIndex((label) => label !== 'skip');
  const gap = events.slice(begin + labels.length + 1 - skipped, begin + labels.length + 1);
  if (steps[step + 1]?.contiguity === 'strict') return gap.length === 0;
  const soFar = capturedBy(steps, events, { begin, labels });
  return !gap.some(({ value }) => at.forbidden.some((where) => where(value, soFar)));
}

function isFull(steps: readonly PatternStep[], labels: readonly Label[]): boolean {
  const { step, count } = placeOf(labels);
  const at = steps[step];
  return step === steps.length - 1 && count === at?.atMost && at.forbidden.length === 0;
}

function isWaiting(
  steps: readonly PatternStep[],
  events: readonly Timed[],
  begin: number,
  labels: readonly Label[],
): boolean {
  return placeOf(labels).step === steps.length - 1 && isGapFine(steps, events, begin, labels);
}

function placeOf(labels: readonly Label[]): { readonly step: number; readonly count: number } {
  const since = labels.slice(labels.lastIndexOf('on') + 1).filter((label) => label === 'more').length;
  return { step: labels.filter((label) => label === 'on').length, count: since + 1 };
}

function capturedBy(
  steps: readonly PatternStep[],
  events: readonly Timed[],
  { begin, labels }: Pick<Read, 'begin' | 'labels'>,
): Record<string, unknown> {
  const taken: unknown[][] = [[events[begin]?.value]];
  labels.forEach((label, index) => {
    const value = events[begin + 1 + index]?.value;
    if (label === 'on') taken.push([value]);
    if (label === 'more') taken.at(-1)?.push(value);
  });
  return Object.fromEntries(
    taken.map((values, index) => [steps[index]?.name, steps[index]?.isMany ? values : values[0]]),
  );
}

function lastTaken({ begin, labels }: Read): number {
  return begin + 1 + labels.findLastIndex((label) => label !== 'skip');
}

function rankOf(label: Label): number {
  return LABELS.indexOf(label);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, at) => value !== b[at]);
  return index === -1 ? a.length - b.length : (a[index] ?? 0) - (b[index] ?? 0);
}
