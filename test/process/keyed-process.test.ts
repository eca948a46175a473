import { describe, expect, test } from '@jest/globals';
import { decode, encode, type OperatorDefinition } from '../../lib/model/index.ts';
import {
  keyedProcess,
  listState,
  mapState,
  optionalState,
  output,
  timer,
  valueState,
} from '../../lib/process/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';

const event = (timestamp: number, value: unknown = timestamp, key = 'a') => ({ key, timestamp, value });

const result = (timestamp: number, value: unknown, by?: string) => ({
  output: by,
  event: { key: 'a', timestamp, value },
});

/** Answers with how many events of the key there were; throws on `'boom'` after it has counted. */
const counting = () =>
  keyedProcess({
    state: { seen: valueState(0), texts: listState<string>(), sizes: mapState<number>() },
    timers: { alarm: timer() },
    outputs: { alerts: output<string>() },
    *onEvent(text: string, { state, timers, emit }) {
      const seen = state.seen.get() + 1;
      state.seen.set(seen);
      state.texts.append(text);
      state.sizes.set(text, text.length);
      timers.alarm.after(100);
      emit('alerts', text);
      yield seen;
      if (text === 'boom') throw new Error('boom');
    },
    *onTimer({ at }, { state }) {
      yield { at, seen: state.seen.get(), texts: state.texts.all(), sizes: state.sizes.entries() };
    },
  });

const judging = (late?: 'process' | 'side') =>
  keyedProcess({
    ...(late !== undefined && { late }),
    onEvent: (value: number, { isLate }) => [{ value, isLate }],
  });

/** Writes positive numbers, and reads at each event. */
const keeping = () =>
  keyedProcess({
    state: {
      one: valueState(0, { ttl: 10 }),
      some: optionalState<number>({ ttl: 10 }),
      many: mapState<number>({ ttl: 10 }),
      list: listState<number>({ ttl: 10 }),
    },
    onEvent(value: number, { state: { one, some, many, list } }) {
      if (value > 0) {
        one.set(value);
        some.set(value);
        many.set(String(value), value);
        list.append(value);
      }
      return [[one.get(), some.get(), many.entries(), many.has('1'), list.all()]];
    },
  });

const migrated = (definition: OperatorDefinition, slot: string, stored: unknown) =>
  decode(encode(definition.migrations?.['process v1']?.(stored, slot)));

const horizonOf = (definition: OperatorDefinition) => definition.horizonMs;

const nothing = () => undefined;

describe('a process function', () => {
  test('gives results and further outputs in order, with the timestamp of the event', () => {
    const it = new OperatorHarness(counting());

    it.send(event(5, 'x'));
    it.send(event(7, 'y'));

    expect(it.given).toEqual([
      result(5, 'x', 'alerts'),
      result(5, 1),
      result(7, 'y', 'alerts'),
      result(7, 2),
    ]);
  });

  test('keeps state for each key by itself', () => {
    const it = new OperatorHarness(counting());

    it.send(event(1, 'x', 'a'));
    it.send(event(2, 'x', 'b'));
    it.send(event(3, 'x', 'b'));

    expect(it.values).toEqual(['x', 1, 'x', 1, 'x', 2]);
  });

  test('leaves nothing behind of an event on which it throws', () => {
    const it = new OperatorHarness(counting());

    it.send(event(1, 'x'));
    it.send(event(90, 'boom'));
    it.restore();
    it.advanceTo(500);

    expect(it.failures).toEqual([new Error('boom')]);
    expect(it.given).toEqual([
      result(1, 'x', 'alerts'),
      result(1, 1),
      result(101, { at: 101, seen: 1, texts: ['x'], sizes: [['x', 1]] }),
    ]);
  });

  test('changes one entry of the state for each value it writes', () => {
    const it = new OperatorHarness(counting());

    for (let n = 0; n < 70; n += 1) it.send(event(n, `t${n % 2}`));

    // seen, two sizes, the timer, two full chunks of 32 and the open one
    expect(it.entries).toBe(7);
  });

  test('is refused a write after its callback has returned', () => {
    let leak: (() => void) | undefined;
    const it = new OperatorHarness(
      keyedProcess({
        state: { seen: valueState(0) },
        onEvent(_value: number, context) {
          leak = () => context.state.seen.set(context.timestamp);
        },
      }),
    );

    it.send(event(1));

    expect(() => leak?.()).toThrow('the context was used after the callback it was given to had returned');
  });

  test('can not change a stored value in place', () => {
    const it = new OperatorHarness(
      keyedProcess({
        state: { seen: valueState<{ list: number[] }>({ list: [] }) },
        onEvent(value: number, { state }) {
          state.seen.get().list.push(value);
        },
      }),
    );

    it.send(event(1));

    expect(it.failures).toEqual([new TypeError('Cannot add property 0, object is not extensible')]);
  });

  test('that is async is told so', () => {
    const it = new OperatorHarness(
      keyedProcess({ onEvent: (() => Promise.resolve()) as unknown as () => void }),
    );

    it.send(event(1));

    expect(String(it.failures)).toContain("callbacks can't be async");
  });
});

describe('an event behind the watermark', () => {
  test('is processed and said to be late', () => {
    const it = new OperatorHarness(judging());

    for (const timestamp of [10, 10, 9]) it.send(event(timestamp));

    expect(it.values).toEqual([
      { value: 10, isLate: false },
      { value: 10, isLate: false },
      { value: 9, isLate: true },
    ]);
  });

  test('goes to the late stream where that is wanted', () => {
    const it = new OperatorHarness(judging('side'));

    it.send(event(10));
    it.send(event(9));

    expect(it.values).toEqual([{ value: 10, isLate: false }]);
    expect(it.late.map(({ value }) => value)).toEqual([
      {
        value: 9,
        timestamp: 9,
        watermark: 10,
        lateBy: 1,
        reason: 'behind-watermark',
        windowStart: 9,
        windowEnd: 10,
      },
    ]);
  });

  test('that lies ahead of its arrival is never processed', () => {
    const it = new OperatorHarness(judging());

    it.send({ ...event(10), isAhead: true });

    expect(it.values).toEqual([]);
    expect(it.late.map(({ value }) => value.reason)).toEqual(['ahead-of-arrival']);
  });
});

describe('a lifetime', () => {
  test('counts from the last write, in event time, its end outside', () => {
    const it = new OperatorHarness(keeping());

    it.send(event(0, 1));
    it.send(event(5, 2));
    it.send(event(9, 0));
    it.send(event(10, 0));
    it.send(event(15, 0));

    expect(it.values).toEqual([
      [1, 1, [['1', 1]], true, [1]],
      [
        2,
        2,
        [
          ['1', 1],
          ['2', 2],
        ],
        true,
        [1, 2],
      ],
      [
        2,
        2,
        [
          ['1', 1],
          ['2', 2],
        ],
        true,
        [1, 2],
      ],
      [2, 2, [['2', 2]], false, [2]],
      [0, undefined, [], false, []],
    ]);
    expect(it.entries).toBe(0);
  });

  test('is over for an event after it although the watermark has not passed it', () => {
    const it = new OperatorHarness(keeping(), 100);

    it.send(event(0, 1));
    it.send(event(10, 0));
    it.send(event(9, 0));

    expect(it.values.slice(1)).toEqual([
      [0, undefined, [], false, []],
      [1, 1, [['1', 1]], true, [1]],
    ]);
  });

  test('of what a late event writes counts from the watermark', () => {
    const it = new OperatorHarness(keeping());

    it.send(event(100, 0));
    it.send(event(1, 1));
    it.send(event(109, 0));
    it.send(event(110, 0));

    expect(it.values.map((value) => (value as unknown[])[0])).toEqual([0, 1, 1, 0]);
  });

  test('of a list item is its own, whatever is appended at earlier instants', () => {
    const it = new OperatorHarness(keeping(), 5);

    it.send(event(10, 1));
    it.send(event(5, 2));
    it.advanceTo(15);
    it.send(event(19, 0));
    it.send(event(20, 0));

    expect(it.values.map((value) => (value as unknown[])[4])).toEqual([[1], [1, 2], [1], []]);
  });

  test('frees the full chunks of a list before its open one', () => {
    const it = new OperatorHarness(keeping());

    for (let timestamp = 1; timestamp <= 200; timestamp += 1) it.send(event(timestamp, timestamp));
    it.restore();
    it.send(event(201, 0));

    expect((it.values.at(-1) as unknown[])[4]).toEqual([192, 193, 194, 195, 196, 197, 198, 199, 200]);
    expect(it.entries).toBeLessThanOrEqual(2 + 9 + 2);
  });
});

describe('a list', () => {
  test('keeps its order over chunks and restores, and can be replaced', () => {
    const it = new OperatorHarness(
      keyedProcess({
        state: { list: listState<number>() },
        onEvent(value: number, { state: { list } }) {
          if (value === -1) list.set(list.all().slice(-2));
          else list.append(value);
          return [list.all().join()];
        },
      }),
    );
    const numbers = Array.from({ length: 100 }, (_, index) => index);

    for (const n of numbers) {
      it.send(event(n));
      if (n % 30 === 0) it.restore();
    }
    it.send(event(200, -1));
    it.restore();
    it.send(event(201, 7));

    expect(it.values.slice(99)).toEqual([numbers.join(), '98,99', '98,99,7']);
    expect(it.entries).toBe(1);
  });
});

describe('stored state of an earlier version', () => {
  test('is read by the function for its name; other names stay as they are', () => {
    const definition = keyedProcess({
      state: { total: valueState({ cents: 0 }), other: valueState(0), list: listState<string>() },
      timers: { expire: timer<{ reason: string }>(), check: timer<number>({ clock: 'arrival' }) },
      version: 2,
      migrate: {
        1: {
          state: { total: (euros: number) => ({ cents: 100 * euros }), list: (n: number) => String(n) },
          timers: { expire: (reason: string) => ({ reason }), check: (n: number) => n + 1 },
        },
      },
      onEvent(_value: number) {},
      onTimer() {},
    });

    expect(definition.shape).toBe('process v2');
    expect(migrated(definition, 'total', 3)).toEqual({ cents: 300 });
    expect(migrated(definition, 'other', 3)).toBe(3);
    expect(migrated(definition, 'list/4', { items: [1, 2] })).toEqual({ items: ['1', '2'] });
    expect(migrated(definition, '@expire', 'idle')).toEqual({ reason: 'idle' });
    expect(migrated(definition, '@check', [1, 77])).toEqual([2, 77]);
  });
});

test('how far back state is kept is known where all of it expires', () => {
  const state = { one: valueState(0, { ttl: '1 minute' }), many: mapState({ ttl: '2 minutes' }) };

  expect(horizonOf(keyedProcess({ state, onEvent() {} }))).toBe(120_000);
  expect(horizonOf(keyedProcess({ state: { ...state, list: listState() }, onEvent() {} }))).toBeUndefined();
  expect(
    horizonOf(keyedProcess({ state, timers: { alarm: timer() }, onEvent() {}, onTimer() {} })),
  ).toBeUndefined();
});

describe('what makes no sense is refused with the fix', () => {
  test.each<[string, () => unknown]>([
    [
      'process function has timers but no onTimer',
      () => keyedProcess({ timers: { a: timer() }, onEvent: nothing }),
    ],
    [
      'process function has onTimer but no timers',
      () => keyedProcess({ onEvent: nothing, onTimer: nothing }),
    ],
    [
      'state of a process function is called "a/b"',
      () => keyedProcess({ state: { 'a/b': valueState(0) }, onEvent: nothing }),
    ],
    [
      'an output of a process function is called "late"',
      () => keyedProcess({ outputs: { late: output() }, onEvent: nothing }),
    ],
    ['version of a process function is "0"', () => keyedProcess({ version: 0, onEvent: nothing })],
    ['of version 1 migrates from version "1"', () => keyedProcess({ migrate: { 1: {} }, onEvent: nothing })],
    ['ttl of a map state is 0 ms', () => mapState({ ttl: 0 })],
    ['ttl of a value state is "soon"', () => valueState(0, { ttl: 'soon' as '1 hour' })],
  ])('%s', (message, define) => {
    expect(define).toThrow(message);
  });
});
