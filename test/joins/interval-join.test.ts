import { describe, expect, test } from '@jest/globals';
import { intervalJoin, type JoinKind } from '../../lib/joins/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';

interface Bounds {
  readonly kind: JoinKind;
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly graceMs: number;
}

const joined = (bounds: Partial<Bounds> = {}) =>
  intervalJoin({
    kind: 'full',
    beforeMs: 0,
    afterMs: 10,
    graceMs: 0,
    ...bounds,
    select: (left: unknown, right: unknown) => [left, right],
  });

const LEFT = 0;
const RIGHT = 1;
const row = (timestamp: number, value: unknown = timestamp, key = 'a') => ({ key, timestamp, value });

describe('a pair', () => {
  test('is emitted at once, with the later timestamp', () => {
    const it = new OperatorHarness(joined());

    it.send(row(0, 'order'), LEFT);
    it.send(row(7, 'payment'), RIGHT);

    expect(it.given).toEqual([
      { output: undefined, event: { key: 'a', timestamp: 7, value: ['order', 'payment'] } },
    ]);
  });

  test.each([
    [{ beforeMs: 2, afterMs: 5 }, [8, 15]],
    [{ beforeMs: -2, afterMs: 5 }, [12, 15]],
    [{ beforeMs: 5, afterMs: -2 }, [5, 8]],
    [{ beforeMs: 0, afterMs: 0 }, [10, 10]],
  ])('of bounds %j reaches %j around 10, both inclusive', (bounds, [first = 0, last = 0]) => {
    const it = new OperatorHarness(joined({ kind: 'inner', ...bounds }), 100);

    it.send(row(10, 'left'), LEFT);
    for (const at of [first - 1, first, last, last + 1]) it.send(row(at), RIGHT);

    expect(it.values).toEqual([
      ['left', first],
      ['left', last],
    ]);
  });

  test('needs one key', () => {
    const it = new OperatorHarness(joined({ kind: 'inner' }), 100);

    it.send(row(0, 1, 'a'), LEFT);
    it.send(row(0, 2, 'b'), RIGHT);

    expect(it.values).toEqual([]);
  });

  test('comes in the order of the partners, those of one instant as they came', () => {
    const it = new OperatorHarness(joined({ kind: 'inner', beforeMs: 10 }), 100);

    for (const value of ['late', ...Array.from({ length: 12 }, (_, index) => index)]) {
      it.send(row(value === 'late' ? 6 : 5, value), RIGHT);
    }
    it.restore();
    it.send(row(5, 'left'), LEFT);

    expect(it.values).toEqual([
      ...Array.from({ length: 12 }, (_, index) => ['left', index]),
      ['left', 'late'],
    ]);
  });
});

describe('a row that stays alone', () => {
  test('waits for a partner in its last millisecond', () => {
    const it = new OperatorHarness(joined());

    it.send(row(0, 'left'), LEFT);
    it.advanceTo(10);
    it.send(row(10, 'right'), RIGHT);

    expect(it.values).toEqual([['left', 'right']]);
  });

  test('goes when its last partner would be late, with its own timestamp', () => {
    const it = new OperatorHarness(joined({ graceMs: 5 }));

    it.send(row(0, 'left'), LEFT);
    it.advanceTo(15);
    const before = it.values;
    it.advanceTo(16);

    expect(before).toEqual([]);
    expect(it.given).toEqual([
      { output: undefined, event: { key: 'a', timestamp: 0, value: ['left', undefined] } },
    ]);
    expect(it.entries).toBe(0);
  });

  test('goes at once where its partners would have been late before it came', () => {
    const it = new OperatorHarness(joined({ beforeMs: 10, afterMs: -5 }));

    it.send(row(20, 'time goes on'), RIGHT);
    it.send(row(21, 'left'), LEFT);

    expect(it.values).toEqual([['left', undefined]]);
  });

  test('meets its partner and expires in one step', () => {
    const it = new OperatorHarness(joined());

    it.send(row(0, 'left'), LEFT);
    it.send(row(10, 'right'), RIGHT);
    it.send(row(100, 'far'), LEFT);

    expect(it.values).toEqual([['left', 'right']]);
  });

  test.each<[JoinKind, unknown[]]>([
    ['inner', []],
    ['left', [[0, undefined]]],
    ['right', [[undefined, 50]]],
    [
      'full',
      [
        [0, undefined],
        [undefined, 50],
      ],
    ],
  ])('of a join of kind %s is one of %j', (kind, expected) => {
    const it = new OperatorHarness(joined({ kind }));

    it.send(row(0), LEFT);
    it.send(row(50), RIGHT);
    it.advanceTo(1000);

    expect(it.values).toEqual(expected);
  });
});

test('a row behind its grace is late', () => {
  const it = new OperatorHarness(joined({ graceMs: 5, beforeMs: 3 }));

  it.send(row(100), LEFT);
  it.send(row(95, 'just in time'), LEFT);
  it.send(row(94, 'late'), LEFT);

  expect(it.late).toEqual([
    {
      key: 'a',
      timestamp: 94,
      value: {
        value: 'late',
        timestamp: 94,
        watermark: 100,
        lateBy: 6,
        reason: 'behind-watermark',
        windowStart: 91,
        windowEnd: 105,
      },
    },
  ]);
});

test('a row ahead of its arrival is late', () => {
  const it = new OperatorHarness(joined());

  it.send({ ...row(5), isAhead: true }, LEFT);

  expect(it.late.map(({ value }) => value.reason)).toEqual(['ahead-of-arrival']);
  expect(it.entries).toBe(0);
});

test('a select that throws costs its pair only', () => {
  const it = new OperatorHarness(
    intervalJoin({
      kind: 'full',
      beforeMs: 0,
      afterMs: 10,
      graceMs: 0,
      select: (left: unknown, right: unknown) => {
        if (left === 'bad' && right !== undefined) throw new Error('no');
        return [left, right];
      },
    }),
  );

  it.send(row(0, 'good'), LEFT);
  it.send(row(0, 'bad'), LEFT);
  it.send(row(0, 'better'), LEFT);
  it.send(row(0, 'right'), RIGHT);
  it.advanceTo(1000);

  expect(it.values).toEqual([
    ['good', 'right'],
    ['better', 'right'],
  ]);
  expect(it.failures).toEqual([new Error('no')]);
});

test('bounds that hold no instant are refused', () => {
  expect(() => joined({ beforeMs: -6, afterMs: 5 })).toThrow(
    'interval join reaches from 6 ms to 5 ms around a left row, which holds no instant; before + after must be 0 ms or more',
  );
});
