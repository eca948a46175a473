import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { patternMatch, PatternStart, type Pattern, type SkipStrategy } from '../../lib/patterns/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';
import { holds } from '../support/properties.ts';
import { findAll, type Timed } from './naive.ts';

interface Letter {
  readonly letter: string;
  readonly n: number;
}

interface Step {
  readonly kind: 'next' | 'followedBy' | 'followedByMany';
  readonly letters: string;
  /** The event's number must be at least that of the last event before. */
  readonly isRising: boolean;
  readonly atLeast: number;
  readonly more: number | undefined;
  readonly without: string | undefined;
}

const letters = fc.constantFrom('a', 'b', 'ab', 'bc', 'c', 'abc');
const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('next', 'followedBy', 'followedByMany', 'followedByMany'),
  letters,
  isRising: fc.boolean(),
  atLeast: fc.integer({ min: 1, max: 2 }),
  more: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  without: fc.option(letters, { nil: undefined }),
});
const events = fc.array(
  fc.record({
    timestamp: fc.integer({ min: -4, max: 8 }),
    value: fc.record({ letter: fc.constantFrom('a', 'b', 'c'), n: fc.nat(2) }),
  }),
  { maxLength: 9 },
);
const skips = fc.constantFrom<SkipStrategy>('no-skip', 'to-next', 'past-last-event');

type AnyPattern = Pattern<Letter, Record<string, unknown>>;

function build(first: string, steps: readonly Step[]): AnyPattern {
  const fits = (step: Step, value: Letter, soFar: object): boolean =>
    step.letters.includes(value.letter) && (!step.isRising || value.n >= newestOf(soFar).n);
  return steps.reduce<AnyPattern>(
    (pattern, each, index) => {
      const name = `s${index}` as never;
      const where = (value: Letter, soFar: object): boolean => fits(each, value, soFar);
      const { atLeast, more } = each;
      const extended =
        each.kind === 'followedByMany'
          ? pattern.followedByMany(name, where, {
              atLeast,
              ...(more !== undefined && { atMost: atLeast + more }),
            })
          : pattern[each.kind === 'next' ? 'next' : 'followedBy'](name, where);
      const { without } = each;
      const isRuledOut = without !== undefined && steps[index + 1]?.kind !== 'next';
      return isRuledOut
        ? extended.notFollowedBy(
            (value, soFar) => without.includes(value.letter) && value.n >= newestOf(soFar).n,
          )
        : extended;
    },
    new PatternStart<Letter>().begin('first', ({ letter }) =>
      first.includes(letter),
    ) as unknown as AnyPattern,
  );
}

function newestOf(soFar: object): Letter {
  return (
    (Object.values(soFar) as readonly (Letter | readonly Letter[])[]).flat().at(-1) ?? { letter: '', n: 0 }
  );
}

test('matches are those of a model that writes down every way to read the finished input', () => {
  holds(
    fc.property(
      letters,
      fc.array(anyStep, { maxLength: 3 }),
      fc.integer({ min: 1, max: 8 }),
      skips,
      events,
      fc.nat(6),
      fc.array(fc.nat(9), { maxLength: 3 }),
      (first, steps, withinMs, skip, log, outOfOrderMs, restores) => {
        const pattern = build(first, steps).within(withinMs);
        const it = new OperatorHarness(
          patternMatch(
            () => pattern,
            (match) => match,
            { skip },
          ),
          outOfOrderMs,
        );
        const inTime: Timed[] = [];
        let newest = Number.NEGATIVE_INFINITY;

        log.forEach((event, index) => {
          if (restores.includes(index)) it.restore();
          if (event.timestamp >= newest - outOfOrderMs) inTime.push(event);
          newest = Math.max(newest, event.timestamp);
          it.send({ key: 'a', ...event });
        });
        it.advanceTo(Number.POSITIVE_INFINITY);

        const found = it.given.map(({ output, event: { timestamp, value } }) => ({
          output,
          timestamp,
          captured: output === undefined ? value : (value as { captured: unknown }).captured,
        }));
        expect(found).toEqual(findAll(pattern.steps, withinMs, skip, inTime));
        expect(it.late).toHaveLength(log.length - inTime.length);
        expect(it.failures).toEqual([]);
        expect(it.entries).toBe(0);
      },
    ),
  );
});

test('the order of arrival makes no difference within the bound of disorder', () => {
  holds(
    fc.property(
      letters,
      fc.array(anyStep, { maxLength: 3 }),
      skips,
      events,
      fc.nat(),
      (first, steps, skip, log, chance) => {
        const pattern = build(first, steps).within(6);
        const distinct = log.filter(
          ({ timestamp }, index) => log.findIndex((other) => other.timestamp === timestamp) === index,
        );
        const run = (order: readonly Timed[]): OperatorHarness => {
          const it = new OperatorHarness(
            patternMatch(
              () => pattern,
              (match) => match,
              { skip },
            ),
            20,
          );
          for (const event of order) it.send({ key: 'a', ...event });
          it.advanceTo(Number.POSITIVE_INFINITY);
          return it;
        };
        const shuffled = distinct.toSorted(
          (a, b) => (((a.timestamp + 5) * (chance + 7)) % 11) - (((b.timestamp + 5) * (chance + 7)) % 11),
        );

        expect(run(shuffled).given).toEqual(run(distinct).given);
      },
    ),
  );
});
