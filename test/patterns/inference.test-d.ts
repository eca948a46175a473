import type { KeyValue } from '../../lib/model/index.ts';
import type { BoundedPattern, Captured, PatternStart, TimedOut } from '../../lib/patterns/index.ts';

/** The same type, not only assignable both ways: the compiler compares the two functions without resolving T. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

interface View {
  readonly kind: 'view';
  readonly page: string;
}
interface Buy {
  readonly kind: 'buy';
  readonly amount: number;
}
type Click = View | Buy;

/** As the fluent layer has it: the stream gives the types of key and value. */
declare class KeyedStream<K extends KeyValue, T> {
  match<Caps, R>(
    id: string,
    build: (pattern: PatternStart<T>) => BoundedPattern<T, Caps>,
    select: (match: Captured<Caps>, key: K) => R,
  ): { readonly results: R; readonly timedOut: TimedOut<K, Caps> };
}
declare const clicks: KeyedStream<string, Click>;

// What follows from what

const journeys = clicks.match(
  'journeys',
  (pattern) =>
    pattern
      .begin('first', (click) => click.kind === 'view')
      .followedByMany(
        'more',
        (click, { first, more }) => {
          true satisfies Equal<typeof first, View>;
          true satisfies Equal<typeof more, readonly Click[]>;
          return click.kind === first.kind && more.length < 5;
        },
        { atLeast: 2 },
      )
      .notFollowedBy((click, { more }) => click.kind === 'view' && more.length > 3)
      .followedBy('sale', (click): click is Buy => click.kind === 'buy')
      .next('any', (_click, { sale }) => sale.amount > 10)
      .within('10 minutes'),
  (match, key) => ({ key, ...match }),
);
true satisfies Equal<
  typeof journeys.results,
  { key: string; first: View; more: readonly Click[]; sale: Buy; any: Click }
>;
type TimedOutCapture = typeof journeys.timedOut.captured;
true satisfies Equal<keyof TimedOutCapture, 'first' | 'more' | 'sale' | 'any'>;
true satisfies Equal<TimedOutCapture['more'], readonly Click[] | undefined>;

// What must not compile

const always = (): boolean => true;

clicks.match(
  'no-end',
  // @ts-expect-error a pattern needs an end in time; close it with .within(…)
  (pattern) => pattern.begin('a', always),
  () => 0,
);

clicks.match(
  'twice',
  (pattern) =>
    pattern
      .begin('a', always)
      // @ts-expect-error a step is already called "a"; choose another name
      .followedBy('a', always)
      .within('1 minute'),
  () => 0,
);

clicks.match(
  'unknown-step',
  (pattern) =>
    pattern
      .begin('a', always)
      // @ts-expect-error there is no step called "sale" before it
      .next('b', (_click, { sale }) => sale)
      .within('1 minute'),
  () => 0,
);

clicks.match(
  'unknown-capture',
  (pattern) => pattern.begin('a', always).within('1 minute'),
  // @ts-expect-error there is no step called "b"
  ({ b }) => b,
);

clicks.match(
  'times',
  (pattern) =>
    pattern
      .begin('a', always)
      // @ts-expect-error how many is said
      .followedByMany('b', always)
      .within('1 minute'),
  () => 0,
);

clicks.match(
  'no-begin',
  // @ts-expect-error a pattern has a beginning
  (pattern) => pattern.followedBy('a', always).within('1 minute'),
  () => 0,
);
