import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  calendar,
  count,
  countOf,
  cumulate,
  customWindow,
  hopping,
  pipeline,
  reduce,
  rollup,
  session,
  source,
  sum,
  trailing,
  tumbling,
  type Pipeline,
  type WindowSpec,
} from 'millrace';
import { StageTask } from '../../lib/engine/index.ts';
import { encodeControlRecord, type InputRecord, type Output } from '../../lib/model/index.ts';
import { planOf } from '../../lib/plan/index.ts';
import { at, Order, record } from '../support/orders.ts';
import { holds } from '../support/properties.ts';

const OUT_OF_ORDER_MS = 20_000;
const MINUTE_MS = 60_000;
const START = at('11:00:00');

const orders = source(Order, {
  timestamp: (each) => each.at,
  outOfOrder: OUT_OF_ORDER_MS,
  maxSkew: '1 day',
  idleAfter: '1 minute',
});

/** Records and ticks over three hours, some further out of order than allowed. */
function logs({ disorderMs }: { readonly disorderMs: number }): fc.Arbitrary<readonly InputRecord[]> {
  const arrivals = fc.record({
    key: fc.constantFrom('a', 'b'),
    after: fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.constantFrom(0, MINUTE_MS, 20 * MINUTE_MS)),
    late: fc.integer({ min: 0, max: disorderMs }),
    amount: fc.option(fc.double({ min: -1, max: 1, noNaN: true }), { nil: null }),
    isTick: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });
  return fc.array(arrivals, { maxLength: 40 }).map((all) => {
    let now = START;
    const log = all.map(({ key, after, late, amount, isTick }, index): InputRecord => {
      now += after;
      if (isTick) return control(index, 'tick', now);
      return record(index, key, { id: `o${index}`, amount, at: now - late }, now);
    });
    return [...log, control(log.length, 'finish', now)];
  });
}

function control(n: number, kind: 'tick' | 'finish', arrival: number): InputRecord {
  return { ...record(n, kind, '', arrival), data: encodeControlRecord({ kind }) };
}

/** Count windows take late records as well, and give their results the times of records: here none is late. */
const inTime = logs({ disorderMs: OUT_OF_ORDER_MS }).map((log) =>
  log.filter(({ partitionKey }) => partitionKey !== 'tick'),
);

function taskOf(code: Pipeline): StageTask {
  return new StageTask(code, 'orders', 'shard-0');
}

function run(code: Pipeline, log: readonly InputRecord[]): readonly Output[] {
  const task = taskOf(code);
  for (const each of log) task.process(each);
  return task.takeOutputs();
}

const valuesAt = (sink: string, outputs: readonly Output[]): readonly unknown[] =>
  outputs.flatMap((output) =>
    (output.kind === 'row' || output.kind === 'append') && output.sink === sink ? [output.value] : [],
  );

const minutesOfTwo = customWindow({
  name: 'even and odd',
  maxSize: '2 minutes',
  assign: (timestamp) => {
    const start = timestamp - (timestamp % MINUTE_MS);
    return [
      { start, end: start + MINUTE_MS },
      { start, end: start + 2 * MINUTE_MS },
    ];
  },
});

const kinds: readonly (readonly [string, WindowSpec, grace: number])[] = [
  ['tumbling', tumbling('1 minute'), 0],
  ['tumbling with grace', tumbling('1 minute', { offset: '30 seconds' }), 45_000],
  ['hopping', hopping('5 minutes', { every: '1 minute' }), 0],
  ['hopping with grace', hopping('5 minutes', { every: '2 minutes' }), 45_000],
  ['cumulate', cumulate({ step: '1 minute', max: '5 minutes' }), 1],
  ['rollup', rollup(['1 minute', '5 minutes', '1 hour']), 45_000],
  ['calendar', calendar('day', { timeZone: 'Asia/Kolkata' }), 45_000],
  ['session', session({ gap: '1 minute' }), 0],
  ['session with grace and a limit', session({ gap: '1 minute', maxDuration: '2 minutes' }), 45_000],
  ['trailing', trailing('1 minute'), 0],
  ['trailing with grace', trailing('1 minute'), 45_000],
  ['count', countOf(3, { every: 2 }), 0],
  ['custom', minutesOfTwo, 45_000],
];

describe('results of a window can be windowed by the hour, and none of them is late:', () => {
  test.each(kinds)('%s', (_, spec, grace) => {
    const chained = pipeline('chained', {
      sources: { orders },
      build: (streams) => {
        const rows = streams.orders
          .byPartitionKey()
          .window(spec as ReturnType<typeof tumbling>, { grace })
          .aggregate('rows', { orders: count() });
        const hours = rows
          .window(tumbling('1 hour'))
          .aggregate('hours', { results: count(), orders: sum((row) => row.orders) });
        const days = hours
          .window(tumbling('1 day'), { grace: '1 minute' })
          .aggregate('days', { results: sum((row) => row.results), orders: sum((row) => row.orders) });
        return { rows, hours, days, tooLate: rows.late, late: hours.late, later: days.late };
      },
    });

    holds(
      fc.property(spec.kind === 'count' ? inTime : logs({ disorderMs: 2 * OUT_OF_ORDER_MS }), (log) => {
        const outputs = run(chained, log);

        const rows = valuesAt('rows', outputs) as readonly { readonly orders: number }[];
        const days = valuesAt('days', outputs) as readonly {
          readonly orders: number;
          readonly results: number;
        }[];
        expect([valuesAt('late', outputs), valuesAt('later', outputs)]).toEqual([[], []]);
        expect(days.reduce((total, { results }) => total + results, 0)).toBe(rows.length);
        expect(days.reduce((total, { orders: n }) => total + n, 0)).toBe(
          rows.reduce((total, { orders: n }) => total + n, 0),
        );
      }),
    );
  });

  test('an hour of minutes is what an hour of records is', () => {
    const twoWays = pipeline('two-ways', {
      sources: { orders },
      build: (streams) => {
        const keyed = streams.orders.byPartitionKey();
        return {
          hours: keyed.window(tumbling('1 hour')).aggregate('hours', { orders: count() }),
          chained: keyed
            .window(tumbling('1 minute'))
            .aggregate('minutes', { orders: count() })
            .window(tumbling('1 hour'))
            .aggregate('hours-of-minutes', { orders: sum((row) => row.orders) }),
        };
      },
    });

    holds(
      fc.property(inTime, (log) => {
        const outputs = run(twoWays, log);

        expect(valuesAt('chained', outputs)).toEqual(valuesAt('hours', outputs));
      }),
    );
  });
});

/** Adds floats one after another: a result tells in which order its parts were put together. */
const aggregates = {
  orders: count<Order>(),
  rounded: reduce<Order, number>({
    init: () => 0.1,
    add: (total, { amount }) => total + (amount ?? 0),
    merge: (total, other) => total + other,
  }),
};

const everything = pipeline('everything', {
  sources: { orders },
  build: (streams) => {
    const keyed = streams.orders.byPartitionKey();
    const corrected = {
      emit: { every: '10 seconds' },
      onLate: 'update',
      allowedLateness: '1 minute',
    } as const;
    const minutes = keyed
      .window(tumbling('1 minute'), { grace: '5 seconds' })
      .aggregate('minutes', aggregates);
    return {
      minutes,
      late: minutes.late,
      hours: minutes.window(tumbling('1 hour')).aggregate('hours', { orders: sum((row) => row.orders) }),
      hops: keyed.window(hopping('5 minutes', { every: '2 minutes' })).aggregate('hops', aggregates),
      grown: keyed.window(cumulate({ step: '1 minute', max: '5 minutes' })).aggregate('grown', aggregates),
      rolled: keyed.window(rollup(['1 minute', '5 minutes'])).aggregate('rolled', aggregates),
      days: keyed.window(calendar('day', { timeZone: 'Asia/Kolkata' })).aggregate('days', aggregates),
      sessions: keyed.window(session({ gap: '1 minute' })).aggregate('sessions', aggregates),
      corrected: keyed.window(session({ gap: '30 seconds' }), corrected).aggregate('corrected', aggregates),
      updated: keyed.window(tumbling('1 minute'), corrected).aggregate('updated', aggregates),
      back: keyed.window(trailing('2 minutes')).aggregate('back', aggregates),
      counted: keyed.window(countOf(5, { every: 2 })).aggregate('counted', aggregates),
      own: keyed.window(minutesOfTwo).aggregate('own', aggregates),
      running: keyed.aggregate('running', aggregates, {
        emit: { every: '30 seconds' },
        forgetAfter: '5 minutes',
      }),
    };
  },
});

describe('a pipeline of every kind of window gives the same outputs', () => {
  test('wherever its whole state is stored and another task goes on with it', () => {
    holds(
      fc.property(logs({ disorderMs: 3 * OUT_OF_ORDER_MS }), fc.func(fc.boolean()), (log, isStored) => {
        const outputs: Output[] = [];
        let task = taskOf(everything);

        for (const [index, each] of log.entries()) {
          task.process(each);
          outputs.push(...task.takeOutputs());
          if (!isStored(index)) continue;
          const pieces = [...task.state.encodeAll(3)];
          task = taskOf(everything);
          for (const piece of pieces.toReversed()) task.state.apply(piece);
          task.resume();
        }

        expect(outputs).toEqual(run(everything, log));
      }),
    );
  });

  test('from a copy that was only ever told what has changed', () => {
    holds(
      fc.property(
        logs({ disorderMs: 3 * OUT_OF_ORDER_MS }),
        fc.nat(40),
        fc.func(fc.boolean()),
        (log, until, isTold) => {
          const leader = taskOf(everything);
          const follower = taskOf(everything);
          const before = log.slice(0, until);

          for (const [index, each] of before.entries()) {
            leader.process(each);
            if (!isTold(index) && index < before.length - 1) continue;
            follower.state.apply(leader.state.encodeChanges(leader.state.takeChanges()));
          }
          follower.resume();
          for (const each of log.slice(until)) follower.process(each);

          expect([...leader.takeOutputs(), ...follower.takeOutputs()]).toEqual(run(everything, log));
        },
      ),
    );
  });

  test('and keeps nothing once its input has ended but what counts by no clock', () => {
    const ids = planOf(everything).stages[0]?.operators.map(({ id }) => id) ?? [];

    holds(
      fc.property(logs({ disorderMs: 3 * OUT_OF_ORDER_MS }), (log) => {
        const task = taskOf(everything);
        for (const each of log) task.process(each);

        const kept = ids.filter((id) => id !== 'counted' && task.state.tables.get(id)?.size !== 0);

        expect(kept).toEqual([]);
      }),
    );
  });
});
