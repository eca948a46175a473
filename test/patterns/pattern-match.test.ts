import { describe, expect, test } from '@jest/globals';
import {
  patternMatch,
  type BoundedPattern,
  type MatchOptions,
  type PatternStart,
} from '../../lib/patterns/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';

interface Payment {
  readonly id: string;
  readonly amount: number;
}

const payment = (timestamp: number, id: string, amount: number, key = 'card') => ({
  key,
  timestamp,
  value: { id, amount },
});

function matching<Caps>(
  build: (pattern: PatternStart<Payment>) => BoundedPattern<Payment, Caps>,
  { outOfOrderMs = 0, ...options }: MatchOptions & { readonly outOfOrderMs?: number } = {},
): OperatorHarness {
  return new OperatorHarness(
    patternMatch(build, (match, key: string) => ({ key, ...idsOf(match) }), options),
    outOfOrderMs,
  );
}

/** What was taken, by the ids of the payments. */
function idsOf(captured: object): object {
  return Object.fromEntries(
    Object.entries(captured as Readonly<Record<string, Payment | readonly Payment[]>>).map(
      ([name, taken]) => [
        name,
        [taken]
          .flat()
          .map(({ id }) => id)
          .join(' '),
      ],
    ),
  );
}

const isSmall = ({ amount }: Payment): boolean => amount < 5;
const isLarge = ({ amount }: Payment): boolean => amount > 100;

/** Small payments, then a large one. */
const probing = (pattern: PatternStart<Payment>) =>
  pattern
    .begin('probe', isSmall)
    .followedByMany('more', isSmall, { atLeast: 1 })
    .followedBy('spend', isLarge)
    .within(100);

const unconfirmed = (pattern: PatternStart<Payment>) =>
  pattern
    .begin('order', isLarge)
    .notFollowedBy(({ id }, { order }) => id === `confirm ${order.id}`)
    .within(100);

const pair = (pattern: PatternStart<Payment>) =>
  pattern
    .begin('first', isSmall)
    .followedByMany('many', () => true, { atLeast: 1 })
    .followedBy('end', isLarge)
    .within(100);

const timedOut = (timedOutAt: number, captured: object) => ({
  output: 'timedOut',
  event: { key: 'card', timestamp: timedOutAt, value: { key: 'card', captured, timedOutAt } },
});

const always = (): boolean => true;

describe('a match', () => {
  test('is emitted once the watermark has passed its last event, with that timestamp', () => {
    const it = matching(probing, { outOfOrderMs: 10 });

    it.send(payment(0, 'p1', 1));
    it.send(payment(10, 'p2', 1));
    it.send(payment(20, 'coffee', 10));
    it.send(payment(30, 'p3', 1));
    it.send(payment(40, 'tv', 900));
    it.advanceTo(40);
    const before = it.given.length;
    it.advanceTo(41);

    expect(before).toBe(0);
    expect(it.given).toEqual([
      {
        output: undefined,
        event: {
          key: 'card',
          timestamp: 40,
          value: { key: 'card', probe: 'p1', more: 'p2 p3', spend: 'tv' },
        },
      },
    ]);
  });

  test('follows event time, and the log where times are equal', () => {
    const it = matching(probing, { outOfOrderMs: 100 });

    for (const [timestamp, id, amount] of [
      [40, 'tv', 900],
      [10, 'p2', 1],
      [40, 'car', 900],
      [10, 'p3', 1],
      [5, 'p1', 1],
    ] as const) {
      it.send(payment(timestamp, id, amount));
      it.restore();
    }
    it.advanceTo(1_000);

    expect(it.values).toEqual([{ key: 'card', probe: 'p1', more: 'p2 p3', spend: 'tv' }]);
  });

  test('is of one key', () => {
    const it = matching(probing);

    it.send(payment(0, 'p1', 1, 'a'));
    it.send(payment(1, 'p2', 1, 'b'));
    it.send(payment(2, 'p3', 1, 'a'));
    it.send(payment(3, 'tv', 900, 'b'));
    it.send(payment(4, 'car', 900, 'a'));
    it.advanceTo(50);

    expect(it.values).toEqual([{ key: 'a', probe: 'p1', more: 'p3', spend: 'car' }]);
  });

  test('may take all of its time, and no more', () => {
    const it = matching(probing);

    for (const [from, key] of [
      [0, 'in'],
      [1_000, 'out'],
    ] as const) {
      it.send(payment(from, 'p1', 1, key));
      it.send(payment(from + 50, 'p2', 1, key));
      it.send(payment(from + (key === 'in' ? 100 : 101), 'tv', 900, key));
      it.advanceTo(from + 500);
    }

    expect(it.given.filter(({ output }) => output === undefined).map(({ event }) => event.key)).toEqual([
      'in',
    ]);
  });

  test('leaves no state behind', () => {
    const it = matching(probing);

    it.send(payment(0, 'p1', 1));
    it.send(payment(1, 'p2', 1));
    it.send(payment(2, 'tv', 900));
    it.advanceTo(300);

    expect(it.entries).toBe(0);
  });
});

describe('a step', () => {
  test('that comes next allows nothing in between', () => {
    const it = matching((pattern) => pattern.begin('first', isSmall).next('spend', isLarge).within(100));

    it.send(payment(0, 'p1', 1));
    it.send(payment(1, 'coffee', 10));
    it.send(payment(2, 'tv', 900));
    it.send(payment(3, 'p2', 1));
    it.send(payment(4, 'car', 900));
    it.advanceTo(1_000);

    expect(it.given.map(({ event }) => event.value)).toEqual([{ key: 'card', first: 'p2', spend: 'car' }]);
  });

  test('sees what was taken before it', () => {
    const it = matching((pattern) =>
      pattern
        .begin('first', () => true)
        .followedByMany(
          'rising',
          ({ amount }, { first, rising }) => amount > (rising.at(-1) ?? first).amount,
          {
            atLeast: 2,
          },
        )
        .followedBy('drop', ({ amount }, { rising }) => amount < (rising[0]?.amount ?? 0))
        .within(100),
    );

    for (const [index, amount] of [3, 5, 4, 8, 4.5].entries()) it.send(payment(index, `${amount}`, amount));
    it.advanceTo(50);

    expect(it.values).toEqual([{ key: 'card', first: '3', rising: '5 8', drop: '4.5' }]);
  });

  test('of many goes on at the next step although it could take more', () => {
    const it = matching(
      (pattern) =>
        pattern
          .begin('first', isSmall)
          .followedByMany('many', () => true, { atLeast: 1 })
          .followedBy('end', isLarge)
          .within(100),
      { skip: 'no-skip' },
    );

    it.send(payment(0, 'p', 1));
    it.send(payment(1, 'x', 200));
    it.send(payment(2, 'y', 300));
    it.send(payment(3, 'z', 400));
    it.advanceTo(50);

    expect(it.values).toEqual([
      { key: 'card', first: 'p', many: 'x', end: 'y' },
      { key: 'card', first: 'p', many: 'x y', end: 'z' },
    ]);
  });

  test('of many that comes last ends with its last event, or with the time', () => {
    const it = matching((pattern) =>
      pattern.begin('first', isSmall).followedByMany('more', isSmall, { atLeast: 1, atMost: 2 }).within(100),
    );

    for (const [timestamp, id] of [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
      [50, 'd'],
      [60, 'e'],
    ] as const) {
      it.send(payment(timestamp, id, 1));
    }
    it.advanceTo(1_000);

    expect(it.given.map(({ event }) => [event.timestamp, event.value])).toEqual([
      [2, { key: 'card', first: 'a', more: 'b c' }],
      [150, { key: 'card', first: 'd', more: 'e' }],
    ]);
  });
});

describe('absence', () => {
  test('is a match when the time is over', () => {
    const it = matching(unconfirmed);

    it.send(payment(0, 'tv', 900));
    it.send(payment(100, 'confirm car', 1));
    it.advanceTo(100);
    it.restore();
    const before = it.given.length;
    it.advanceTo(101);

    expect(before).toBe(0);
    expect(it.given).toEqual([
      { output: undefined, event: { key: 'card', timestamp: 100, value: { key: 'card', order: 'tv' } } },
    ]);
  });

  test('is none when the event comes in its last millisecond', () => {
    const it = matching(unconfirmed);

    it.send(payment(0, 'tv', 900));
    it.send(payment(100, 'confirm tv', 1));
    it.advanceTo(1_000);

    expect(it.given).toEqual([]);
  });

  test('between two steps ends the partial match for good', () => {
    const it = matching((pattern) =>
      pattern
        .begin('probe', isSmall)
        .notFollowedBy(({ id }) => id === 'reset')
        .followedBy('spend', isLarge)
        .within(100),
    );

    it.send(payment(0, 'p1', 1));
    it.send(payment(1, 'reset', 10));
    it.send(payment(2, 'tv', 900));
    it.send(payment(3, 'p2', 1));
    it.send(payment(4, 'car', 900));
    it.advanceTo(1_000);

    expect(it.given.map(({ event }) => event.value)).toEqual([{ key: 'card', probe: 'p2', spend: 'car' }]);
  });

  test('after a step of many counts from its last event', () => {
    const it = matching((pattern) =>
      pattern
        .begin('probe', isSmall)
        .followedByMany('more', isSmall, { atLeast: 1 })
        .notFollowedBy(({ id }) => id === 'reset')
        .followedBy('spend', isLarge)
        .within(100),
    );

    it.send(payment(0, 'p1', 1));
    it.send(payment(1, 'p2', 1));
    it.send(payment(2, 'reset', 10));
    it.send(payment(3, 'tv', 900));
    it.send(payment(4, 'p3', 1));
    it.send(payment(5, 'car', 900));
    it.advanceTo(50);

    expect(it.values).toEqual([{ key: 'card', probe: 'p1', more: 'p2 p3', spend: 'car' }]);
  });
});

describe('matches that overlap', () => {
  test.each<[MatchOptions, string[]]>([
    [{}, ['a|b|x', 'c|y|z']],
    [{ skip: 'past-last-event' }, ['a|b|x', 'c|y|z']],
    [{ skip: 'to-next' }, ['a|b|x', 'b|x c|y', 'c|y|z']],
    [{ skip: 'no-skip' }, ['a|b|x', 'a|b x c|y', 'b|x c|y', 'a|b x c y|z', 'b|x c y|z', 'c|y|z']],
  ])('are skipped as %j says', (options, expected) => {
    const it = matching(pair, options);

    for (const [index, id] of ['a', 'b', 'x', 'c', 'y', 'z'].entries())
      it.send(payment(index, id, id < 'x' ? 1 : 900));
    it.advanceTo(50);

    expect(
      it.values.map((match) =>
        Object.values(match as object)
          .slice(1)
          .join('|'),
      ),
    ).toEqual(expected);
  });
});

test.each<[MatchOptions, string[]]>([
  [{ skip: 'no-skip' }, ['a|b|c d|x', 'a|b c|d|x']],
  [{ skip: 'to-next' }, ['a|b|c d|x']],
])('of readings that end together the one that went on sooner goes first: %j', (options, expected) => {
  const it = matching(
    (pattern) =>
      pattern
        .begin('first', ({ id }) => id === 'a')
        .followedByMany('some', isSmall, { atLeast: 1 })
        .followedByMany('more', isSmall, { atLeast: 1 })
        .followedBy('end', isLarge)
        .within(100),
    options,
  );

  for (const [index, id] of ['a', 'b', 'c', 'd', 'x'].entries()) {
    it.send(payment(index, id, id === 'x' ? 900 : 1));
  }
  it.advanceTo(50);

  expect(
    it.values.map((match) =>
      Object.values(match as object)
        .slice(1)
        .join('|'),
    ),
  ).toEqual(expected);
});

test('a match drops a partial match that began before it', () => {
  const it = matching((pattern) =>
    pattern
      .begin('first', always)
      .followedBy('same', ({ amount }, { first }) => amount === first.amount)
      .within(100),
  );

  for (const [index, amount] of [1, 2, 2, 1].entries()) it.send(payment(index, `p${index}`, amount));
  it.advanceTo(50);

  expect(it.values).toEqual([{ key: 'card', first: 'p1', same: 'p2' }]);
});

describe('a partial match whose time is over', () => {
  test('leaves by its own output, with what it had taken', () => {
    const it = matching(probing);

    it.send(payment(0, 'p1', 1));
    it.send(payment(50, 'p2', 2));
    it.advanceTo(1_000);

    expect(it.given).toEqual([
      timedOut(100, { probe: { id: 'p1', amount: 1 }, more: [{ id: 'p2', amount: 2 }] }),
      timedOut(150, { probe: { id: 'p2', amount: 2 } }),
    ]);
  });
});

describe('an event', () => {
  test('behind the watermark is late', () => {
    const it = matching(probing);

    it.send(payment(10, 'p1', 1));
    it.send(payment(10, 'p2', 1));
    it.send(payment(9, 'p3', 1));

    expect(it.late.map(({ value }) => [value.value, value.reason, value.lateBy])).toEqual([
      [{ id: 'p3', amount: 1 }, 'behind-watermark', 1],
    ]);
  });

  test('on which a condition throws counts as not there', () => {
    const it = matching((pattern) =>
      pattern
        .begin('probe', isSmall)
        .next('spend', (event) => {
          if (event.id === 'bad') throw new Error('boom');
          return isLarge(event);
        })
        .within(100),
    );

    it.send(payment(0, 'p1', 1));
    it.send(payment(1, 'bad', 1));
    it.send(payment(2, 'tv', 900));
    it.restore();
    it.advanceTo(50);

    expect(it.failures).toEqual([new Error('boom')]);
    expect(it.values).toEqual([{ key: 'card', probe: 'p1', spend: 'tv' }]);
  });

  test('of whose match nothing can be made counts as not there', () => {
    const it = new OperatorHarness(
      patternMatch(probing, ({ spend }) => {
        if (spend.id === 'bad') throw new Error('boom');
        return spend.id;
      }),
    );

    it.send(payment(0, 'p1', 1));
    it.send(payment(1, 'p2', 1));
    it.send(payment(2, 'bad', 900));
    it.send(payment(3, 'tv', 900));
    it.advanceTo(50);

    expect(it.failures).toEqual([new Error('boom')]);
    expect(it.values).toEqual(['tv']);
  });

  test('that would make the partial matches too many is refused, and nothing is lost', () => {
    const it = matching(probing, { maxPartialMatches: 2 });

    for (const [index, id] of ['p1', 'p2', 'p3', 'p4'].entries()) it.send(payment(index, id, 1));
    it.send(payment(10, 'tv', 900));
    it.advanceTo(50);

    expect(it.failures.map(String)).toEqual([
      'RangeError: key "card" would have 3 partial matches, and 2 are allowed; narrow what begins a match, shorten within, or raise maxPartialMatches',
      'RangeError: key "card" would have 3 partial matches, and 2 are allowed; narrow what begins a match, shorten within, or raise maxPartialMatches',
    ]);
    expect(it.values).toEqual([{ key: 'card', probe: 'p1', more: 'p2', spend: 'tv' }]);
  });
});

test('an event that several partial matches hold is stored once', () => {
  const it = matching(probing);

  for (let index = 0; index < 10; index += 1) it.send(payment(index, `p${index}`, 1));
  it.advanceTo(10);

  // ten events, ten partial matches, and the key's index
  expect(it.entries).toBe(21);
});

test('a plan can be read', () => {
  const { does, shape, keeps } = patternMatch(
    (pattern: PatternStart<Payment>) =>
      pattern
        .begin('probe', isSmall)
        .followedByMany('more', isSmall, { atLeast: 2, atMost: 5 })
        .notFollowedBy(isLarge)
        .within('10 minutes'),
    () => 0,
  );

  expect({ does, shape, keeps }).toEqual({
    does: 'matches probe, then more × 2–5, without what is ruled out; within 10 minutes, past-last-event',
    shape: 'pattern { probe, more[] }',
    keeps:
      'for each key, its events of the last 10 minutes that matches may need, and up to 1000 partial matches',
  });
});

describe('what makes no sense is refused with the fix', () => {
  const refusing = (build: (pattern: PatternStart<Payment>) => unknown, options?: MatchOptions) => () =>
    patternMatch(build as typeof probing, () => 0, options);

  test.each<[string, () => unknown]>([
    ['a pattern has no end in time; close it with .within(…)', refusing((p) => p.begin('a', always))],
    ['within of a pattern is 0 ms', refusing((p) => p.begin('a', always).within(0))],
    [
      'two steps of a pattern are called "a"',
      refusing((p) => p.begin('a', always).next('a' as never, always)),
    ],
    ['a step of a pattern is called "a b"', refusing((p) => p.begin('a b', always))],
    [
      'step "b" takes at least "0" events; give a whole number of 1 or more',
      refusing((p) => p.begin('a', always).followedByMany('b', always, { atLeast: 0 })),
    ],
    [
      'step "b" takes at least 3 events but at most 2; let atMost be 3 or more',
      refusing((p) => p.begin('a', always).followedByMany('b', always, { atLeast: 3, atMost: 2 })),
    ],
    [
      'step "b" takes at most "2.5" events',
      refusing((p) => p.begin('a', always).followedByMany('b', always, { atLeast: 1, atMost: 2.5 })),
    ],
    [
      'step "b" comes next after notFollowedBy',
      refusing((p) => p.begin('a', always).notFollowedBy(always).next('b', always).within(1)),
    ],
    ['skip of a pattern is "some"', refusing(probing, { skip: 'some' as 'no-skip' })],
    ['maxPartialMatches of a pattern is "0"', refusing(probing, { maxPartialMatches: 0 })],
  ])('%s', (message, define) => {
    expect(define).toThrow(message);
  });
});
