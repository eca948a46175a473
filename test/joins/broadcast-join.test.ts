import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { broadcastJoin, SUPERSEDED, type Rules } from '../../lib/joins/index.ts';
import { EVERYWHERE, encodeKey } from '../../lib/model/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';
import { holds } from '../support/properties.ts';
import { eventOf, rows } from './rows.ts';

const EVENT = 0;
const RULE = 1;
const at = (timestamp: number, value: unknown) => ({ timestamp, value });
const rule = (name: string, timestamp: number, value: unknown) => ({ key: name, timestamp, value });

const joined = (options: { maxRules?: number; ttlMs?: number } = {}) =>
  broadcastJoin({
    maxRules: 10,
    ...options,
    deleted: (change: unknown) => change === 'gone',
    select: (value: unknown, rules: Rules<unknown>) => [[value, Object.fromEntries(rules)]],
  });

test('an event of any key sees all rules as they are when it comes', () => {
  const it = new OperatorHarness(joined());

  it.send(at(1, 'none'), EVENT);
  it.send(rule('low', 2, 1), RULE);
  it.send(rule('high', 2, 9), RULE);
  it.send(at(2, 'both'), EVENT);
  it.send(rule('low', 3, 'gone'), RULE);
  it.send({ ...at(3, 'one'), key: 'a' }, EVENT);

  expect(it.given).toEqual([
    { output: undefined, event: { timestamp: 1, value: ['none', {}] } },
    { output: undefined, event: { timestamp: 2, value: ['both', { high: 9, low: 1 }] } },
    { output: undefined, event: { timestamp: 3, key: 'a', value: ['one', { high: 9 }] } },
  ]);
});

test('an event gives as many results as it likes', () => {
  const it = new OperatorHarness(
    broadcastJoin({
      maxRules: 10,
      select: (value: number, rules: Rules<number>) => [...rules.values()].filter((limit) => value > limit),
    }),
  );

  it.send(rule('low', 0, 1), RULE);
  it.send(rule('high', 0, 9), RULE);
  for (const value of [0, 5, 10]) it.send(at(1, value), EVENT);

  expect(it.values).toEqual([1, 9, 1]);
});

test('an older version of a rule goes beside', () => {
  const it = new OperatorHarness(joined());
  const old = rule('low', 1, 'old');

  it.send(rule('low', 2, 'new'), RULE);
  it.send(old, RULE);

  expect(it.given).toEqual([{ output: SUPERSEDED, event: old }]);
});

test('a rule counts for its time to live', () => {
  const it = new OperatorHarness(joined({ ttlMs: 10 }));

  it.send(rule('low', 0, 1), RULE);
  it.send(at(9, 'while'), EVENT);
  it.send(at(10, 'still, by the watermark before it'), EVENT);
  it.send(at(10, 'after'), EVENT);

  expect(it.values).toEqual([
    ['while', { low: 1 }],
    ['still, by the watermark before it', { low: 1 }],
    ['after', {}],
  ]);
});

test('one rule too many is refused, a change of one that is there is not', () => {
  const it = new OperatorHarness(joined({ maxRules: 1 }));

  it.send(rule('low', 0, 1), RULE);
  it.send(rule('high', 0, 9), RULE);
  it.send(rule('low', 1, 2), RULE);
  it.send(at(1, 'event'), EVENT);

  expect(it.values).toEqual([['event', { low: 2 }]]);
  expect(it.failures).toEqual([
    new RangeError(
      'broadcast table holds "1" rules already, deletions included; raise maxRules, or give the table a ttl so that ' +
        'old ones are forgotten',
    ),
  ]);
});

test.each([0, 1.5, Number.NaN])('a limit of %d rules is refused', (maxRules) => {
  expect(() => joined({ maxRules })).toThrow(
    `maxRules of a broadcast join is "${maxRules}"; give a whole number of 1 or more, for example 1000`,
  );
});

test('the reserved key is the key of no value', () => {
  const keys = fc.oneof(fc.string(), fc.constant('='), fc.integer(), fc.array(fc.string(), { maxLength: 2 }));

  holds(fc.property(keys, (key) => expect(encodeKey(key)).not.toBe(EVERYWHERE)));
});

test('for any input results are the same, in the same order, wherever the process dies', () => {
  holds(
    fc.property(rows, fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }), (input, ttlMs) => {
      const run = (dies: boolean): unknown => {
        const it = new OperatorHarness(joined(ttlMs === undefined ? {} : { ttlMs }));
        for (const each of input) {
          it.send({ ...eventOf(each), key: `${each.key}${each.id % 3}` }, each.input);
          if (dies && each.restore) it.restore();
        }
        return [it.given.map(({ output, event }) => [output, JSON.stringify(event)]), it.late];
      };

      expect(run(true)).toEqual(run(false));
    }),
  );
});
