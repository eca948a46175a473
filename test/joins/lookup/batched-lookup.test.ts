import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  BatchedLookup,
  type LookupAnswer,
  type LookupOptions,
  type LookupSource,
} from '../../../lib/joins/index.ts';
import { FatalError } from '../../../lib/model/index.ts';
import { VirtualClock } from './virtual-clock.ts';

type Read = (keys: readonly string[], read: number) => Promise<LookupAnswer<string>> | LookupAnswer<string>;

const NOTHING: LookupAnswer<string> = { found: new Map(), throttled: [] };
const allOf = (keys: readonly string[]): LookupAnswer<string> => ({
  found: new Map(keys.map((key) => [key, key.toUpperCase()])),
  throttled: [],
});
const found = (value: string) => ({ kind: 'found', value });

/** A table that remembers when it was asked for what. */
function tableWith(read: Read, options: Partial<LookupOptions> = {}, maxKeys = 2) {
  const clock = new VirtualClock();
  const reads: [at: number, ...keys: string[]][] = [];
  const signals: AbortSignal[] = [];
  const source: LookupSource<string> = {
    maxKeys,
    read: async (keys, signal) => {
      reads.push([clock.now(), ...keys]);
      signals.push(signal);
      return read(keys, reads.length);
    },
  };
  const lookup = new BatchedLookup(
    source,
    {
      ttlMs: 1000,
      missTtlMs: 100,
      maxEntries: 100,
      maxConcurrency: 2,
      readMs: 50,
      batchMs: 500,
      pauseMs: 10,
      ...options,
    },
    clock,
  );
  return { clock, reads, signals, lookUp: (...keys: string[]) => clock.run(lookup.lookUp(keys)) };
}

describe('a batch', () => {
  test('reads each key once, several in one read', async () => {
    const { reads, lookUp } = tableWith(allOf);

    const looked = await lookUp('a', 'b', 'a', 'c');

    expect(looked).toEqual(
      new Map([
        ['a', found('A')],
        ['b', found('B')],
        ['c', found('C')],
      ]),
    );
    expect(reads).toEqual([
      [0, 'a', 'b'],
      [0, 'c'],
    ]);
  });

  test('has no more reads under way than it may', async () => {
    const { clock, reads, lookUp } = tableWith(
      async (keys) => {
        await clock.sleep(10);
        return allOf(keys);
      },
      { maxConcurrency: 2 },
      1,
    );

    await lookUp('a', 'b', 'c', 'd', 'e');

    expect(reads).toEqual([
      [0, 'a'],
      [0, 'b'],
      [10, 'c'],
      [10, 'd'],
      [20, 'e'],
    ]);
  });

  test('of no keys reads nothing', async () => {
    const { reads, lookUp } = tableWith(allOf);

    expect(await lookUp()).toEqual(new Map());
    expect(reads).toEqual([]);
  });
});

describe('an answer', () => {
  test('is taken from memory as long as it is fresh; that there is none, for a time of its own', async () => {
    const { clock, reads, lookUp } = tableWith((keys) => ({
      found: new Map(keys.filter((key) => key === 'a').map((key) => [key, 'A'])),
      throttled: [],
    }));

    for (const ms of [0, 99, 1, 899, 1]) {
      clock.advance(ms);
      expect(await lookUp('a', 'b')).toEqual(
        new Map<string, unknown>([
          ['a', found('A')],
          ['b', { kind: 'missing' }],
        ]),
      );
    }

    expect(reads).toEqual([
      [0, 'a', 'b'],
      [100, 'b'],
      [999, 'b'],
      [1000, 'a'],
    ]);
  });

  test('that was used longest ago is forgotten first', async () => {
    const { reads, lookUp } = tableWith(allOf, { maxEntries: 2 });

    await lookUp('a', 'b');
    await lookUp('a');
    await lookUp('c');
    await lookUp('a');
    await lookUp('b');

    expect(reads.map(([, ...keys]) => keys)).toEqual([['a', 'b'], ['c'], ['b']]);
  });
});

describe('what goes wrong', () => {
  test('by throttling is asked again after a pause that doubles', async () => {
    const { reads, lookUp } = tableWith((keys, read) =>
      read <= 3
        ? { found: new Map([['a', 'A']]), throttled: keys.filter((key) => key !== 'a') }
        : allOf(keys),
    );

    const looked = await lookUp('a', 'b');

    expect(looked).toEqual(
      new Map([
        ['a', found('A')],
        ['b', found('B')],
      ]),
    );
    expect(reads).toEqual([
      [0, 'a', 'b'],
      [10, 'b'],
      [30, 'b'],
      [70, 'b'],
    ]);
  });

  test('by an error is asked again', async () => {
    const { lookUp } = tableWith((keys, read) => {
      if (read === 1) throw new Error('busy');
      return allOf(keys);
    });

    expect(await lookUp('a')).toEqual(new Map([['a', found('A')]]));
  });

  test('by taking too long is given up and asked again', async () => {
    const { reads, signals, lookUp } = tableWith((keys, read) =>
      read === 1 ? new Promise(() => {}) : allOf(keys),
    );

    const looked = await lookUp('a');

    expect(looked).toEqual(new Map([['a', found('A')]]));
    expect(reads).toEqual([
      [0, 'a'],
      [60, 'a'],
    ]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  test.each<[string, Read, unknown]>([
    ['throttled', (keys) => ({ ...NOTHING, throttled: keys }), { reason: 'throttled' }],
    ['timed-out', () => new Promise(() => {}), { reason: 'timed-out' }],
    ['failed', () => Promise.reject(new Error('no')), { reason: 'failed', cause: new Error('no') }],
  ])('until the time of the batch is up is unknown: %s', async (_reason, read, expected) => {
    const { clock, lookUp } = tableWith(read);

    const looked = await lookUp('a');

    expect(looked).toEqual(new Map([['a', { kind: 'unknown', ...(expected as object) }]]));
    expect(clock.now()).toBeLessThanOrEqual(500);
  });

  test('leaves what was known before at hand', async () => {
    const { clock, lookUp } = tableWith((keys, read) =>
      read === 1 ? allOf(keys) : { ...NOTHING, throttled: keys },
    );

    await lookUp('a');
    clock.advance(1000);
    const looked = await lookUp('a');

    expect(looked).toEqual(new Map([['a', { kind: 'unknown', reason: 'throttled', stale: found('A') }]]));
  });

  test('for good is thrown at once', async () => {
    const { reads, lookUp } = tableWith(() => Promise.reject(new FatalError('no such table')));

    await expect(lookUp('a')).rejects.toThrow(new FatalError('no such table'));
    expect(reads).toEqual([[0, 'a']]);
  });
});

const isInTable = (key: string): boolean => key < 'd';

test('whatever is throttled on the way, every key is answered as the table has it', async () => {
  const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 10 });

  await fc.assert(
    fc.asyncProperty(keys, fc.array(fc.nat(3), { maxLength: 6 }), async (wanted, troubles) => {
      const { lookUp } = tableWith(
        (asked, read) => {
          const trouble = troubles[read] ?? 0;
          return {
            found: new Map(
              asked
                .slice(trouble)
                .filter(isInTable)
                .map((key) => [key, key.toUpperCase()]),
            ),
            throttled: asked.slice(0, trouble),
          };
        },
        { batchMs: 100_000 },
        3,
      );

      const looked = await lookUp(...wanted);

      const expected = wanted.map((key): [string, unknown] => [
        key,
        isInTable(key) ? found(key.toUpperCase()) : { kind: 'missing' },
      ]);
      expect(looked).toEqual(new Map(expected));
    }),
  );
});
