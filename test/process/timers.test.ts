import { describe, expect, test } from '@jest/globals';
import { keyedProcess, optionalState, timer } from '../../lib/process/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';

const event = (timestamp: number, value: unknown = timestamp, key = 'a') => ({ key, timestamp, value });

type Act = 'set' | 'cancel' | 'now';

/** Sets a timer of each clock 10 ms on, or cancels both. */
const timed = () =>
  keyedProcess({
    timers: { idle: timer<{ since: number }>(), check: timer({ clock: 'arrival' }) },
    onEvent(act: Act, { timers, timestamp, now }) {
      if (act === 'cancel') {
        timers.idle.cancel();
        timers.check.cancel();
      } else {
        timers.idle.at(act === 'now' ? timestamp : timestamp + 10, { since: timestamp });
        timers.check.after('10 millis');
      }
      return [[timers.idle.due, timers.check.due, now]];
    },
    onTimer: (fired, { timers, timestamp, now }) => [
      { ...fired, timestamp, now, due: timers[fired.timer].due },
    ],
  });

describe('a timer by event time', () => {
  test('fires once, when the watermark reaches it, and its results have its time', () => {
    const it = new OperatorHarness(timed());

    it.send(event(5, 'set'));
    it.advanceTo(14);
    it.restore();
    it.advanceTo(15);
    it.advanceTo(16);

    expect(it.given.slice(1)).toEqual([
      {
        output: undefined,
        event: {
          key: 'a',
          timestamp: 15,
          value: {
            timer: 'idle',
            at: 15,
            payload: { since: 5 },
            timestamp: 15,
            now: Number.NEGATIVE_INFINITY,
            due: undefined,
          },
        },
      },
    ]);
  });

  test('that is set again fires at the new instant only, with the new payload', () => {
    const it = new OperatorHarness(timed());

    it.send(event(5, 'set'));
    it.send(event(9, 'set'));
    it.advanceTo(100);

    expect(it.values.slice(2)).toMatchObject([{ at: 19, payload: { since: 9 } }]);
  });

  test('that is cancelled does not fire, whatever the other does', () => {
    const it = new OperatorHarness(timed());

    it.send(event(5, 'set'));
    it.send(event(6, 'cancel'));
    it.advanceTo(100);
    it.arriveAt(100);

    expect(it.values.slice(1)).toEqual([[undefined, undefined, Number.NEGATIVE_INFINITY]]);
    expect(it.entries).toBe(0);
  });

  test('that is set to an instant time has passed fires when time moves on', () => {
    const it = new OperatorHarness(timed());

    it.send(event(20, 'cancel'));
    it.send(event(5, 'now'));
    it.restore();
    const before = it.values.length;
    it.advanceTo(21);

    expect(before).toBe(2);
    expect(it.values.slice(2)).toMatchObject([{ at: 21, payload: { since: 5 } }]);
  });

  test('can set itself again, as often as time allows', () => {
    const it = new OperatorHarness(
      keyedProcess({
        timers: { tick: timer<number>() },
        onEvent(_value: number, { timers }) {
          timers.tick.after(10, 1);
        },
        *onTimer({ payload, at }, { timers }) {
          yield [payload, at];
          timers.tick.after(10, payload + 1);
        },
      }),
    );

    it.send(event(0));
    it.advanceTo(35);

    expect(it.values).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
  });

  test('fires once at the end of the input, and so does one that it sets by then', () => {
    const it = new OperatorHarness(
      keyedProcess({
        timers: { warn: timer(), close: timer() },
        onEvent(_value: number, { timers }) {
          timers.warn.after(10);
        },
        *onTimer(fired, { timers }) {
          yield [fired.timer, fired.at];
          timers.warn.after(10);
          timers.close.after(5);
        },
      }),
    );

    it.send(event(0));
    it.advanceTo(Number.POSITIVE_INFINITY);

    expect(it.values).toEqual([
      ['warn', 10],
      ['close', 15],
    ]);
    expect(it.entries).toBe(0);
  });

  test('is gone when its callback throws, and what the callback did too', () => {
    const it = new OperatorHarness(
      keyedProcess({
        state: { fired: optionalState<number>() },
        timers: { tick: timer() },
        onEvent(_value: number, { timers, state }) {
          timers.tick.after(10);
          return [state.fired.get()];
        },
        onTimer({ at }, { timers, state }) {
          state.fired.set(at);
          timers.tick.after(10);
          throw new Error('boom');
        },
      }),
    );

    it.send(event(0));
    it.advanceTo(100);
    const kept = it.entries;
    it.send(event(101));

    expect(it.failures).toEqual([new Error('boom')]);
    expect(kept).toBe(0);
    expect(it.values).toEqual([undefined, undefined]);
  });

  test('that no code knows any more goes to the dead letters', () => {
    const before = new OperatorHarness(timed());
    before.send(event(5, 'set'));
    const now = keyedProcess({ onEvent: (_value: number) => [] });

    before.become(now);
    before.advanceTo(100);

    expect(String(before.failures)).toContain(
      'timer "idle" fired, and the process function has no such timer',
    );
  });
});

describe('a timer by arrival', () => {
  test('fires before the record that moves time is applied, in event time where the watermark is', () => {
    const it = new OperatorHarness(timed());

    it.arriveAt(1_000);
    it.send(event(5, 'set'));
    it.send(event(7, 'cancel', 'b'));
    it.restore();
    it.arriveAt(1_009);
    it.arriveAt(1_012);

    expect(it.given.slice(2)).toEqual([
      {
        output: undefined,
        event: {
          key: 'a',
          timestamp: 7,
          value: { timer: 'check', at: 1_010, payload: undefined, timestamp: 7, now: 1_012, due: undefined },
        },
      },
    ]);
  });

  test('that is set again by the next record has fired already if that came too late', () => {
    const it = new OperatorHarness(timed());

    it.arriveAt(1_000);
    it.send(event(5, 'set'));
    it.arriveAt(1_030);
    it.send(event(6, 'set'));

    expect(it.values).toEqual([
      [15, 1_010, 1_000],
      { timer: 'check', at: 1_010, payload: undefined, timestamp: 5, now: 1_030, due: undefined },
      [16, 1_040, 1_030],
    ]);
  });

  test('fires at the end of the input', () => {
    const it = new OperatorHarness(timed());

    it.arriveAt(1_000);
    it.send(event(5, 'set'));
    it.arriveAt(1_001, true);

    expect(it.values.slice(1)).toMatchObject([{ timer: 'check', at: 1_010, now: 1_001 }]);
  });
});

test.each([Number.NaN, '2026-01-01T00:00'])('a timer can not be set to %s', (instant) => {
  const it = new OperatorHarness(
    keyedProcess({
      timers: { tick: timer() },
      onEvent(_value: number, { timers }) {
        timers.tick.at(instant);
      },
      onTimer() {},
    }),
  );

  it.send(event(0));

  expect(String(it.failures)).toContain(`timer "tick" is set to "${String(instant)}"`);
});

test('there are two clocks', () => {
  expect(() => timer({ clock: 'wall' as 'event' })).toThrow('clock of a timer is "wall"');
});
