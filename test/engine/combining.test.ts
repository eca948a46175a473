import { describe, expect, test } from '@jest/globals';
import { changesOf, count, countDistinct, pipeline, source, sum, tumbling, type Pipeline } from 'millrace';
import { testDriver } from 'millrace/testing';
import * as z from 'zod';
import { StageTask } from '../../lib/engine/index.ts';
import {
  encodeControlRecord,
  encodeParcel,
  parcelsOf,
  type Parcel,
  type SentOutput,
} from '../../lib/model/index.ts';
import { describePlan, planOf } from '../../lib/plan/index.ts';
import { at, record } from '../support/orders.ts';

const Click = z.object({ page: z.string(), ms: z.number(), at: z.number() });

const clicksSource = source(Click, { timestamp: (click) => click.at, idleAfter: '1 minute' });

function clicksPerPage(
  combine: 'auto' | 'drain' | 'off' = 'auto',
): Pipeline<{ clicks: z.infer<typeof Click> }> {
  return pipeline('clicks', {
    combine,
    sources: { clicks: clicksSource },
    build: ({ clicks }) => ({
      perPage: clicks
        .keyBy((click) => click.page)
        .window(tumbling('1 minute'))
        .aggregate('per-page', { clicks: count(), ms: sum((click) => click.ms) }),
    }),
  });
}

const click = (n: number, page: string, time: string): ReturnType<typeof record> =>
  record(n, 'user', { page, ms: n, at: at(time) }, at(time));

const control = (n: number, kind: 'tick' | 'finish', time: string): ReturnType<typeof record> => ({
  ...record(n, kind, '', at(time)),
  data: encodeControlRecord({ kind }),
});

function sent(task: StageTask): readonly SentOutput[] {
  return task.takeOutputs().filter((output): output is SentOutput => output.kind === 'sent');
}

const EDGE = 'per-page.0';
const COMBINED = `${EDGE}~tumbling 1 minute { clicks: count, ms: sum }`;
const partial = (key: string, time: string, value: unknown): unknown => ({
  edge: COMBINED,
  event: { key, timestamp: at(time), value },
});

const eventsOf = (outputs: readonly SentOutput[]): readonly unknown[] =>
  outputs.map(({ edge, event }) => ({ edge, event }));

/** The task behind, which has got what this one sent and was told that everybody is this far. */
function receiving(outputs: readonly SentOutput[], time: string): StageTask {
  const task = new StageTask(clicksPerPage('off'), 'per-page-shuffle', 'shard-0');
  const producer = 'clicks/shard-0';
  const told = (until: string): Parcel => ({
    producer,
    shard: 'shard-0',
    packets: [],
    progress: { producer, watermark: at(until), peers: [producer], isEnded: false },
  });
  const sentOn = parcelsOf(outputs, () => 'shard-0').map(({ parcel }) => parcel);
  [told(time), ...sentOn, told('12:10:00')].forEach((parcel, n) =>
    task.process({ ...record(n + 1, producer, ''), data: encodeParcel(parcel) }),
  );
  return task;
}

function combined(): readonly SentOutput[] {
  const task = new StageTask(clicksPerPage(), 'clicks', 'shard-0');
  task.process(click(1, 'a', '12:00:01'));
  task.process(click(2, 'a', '12:00:02'));
  task.end();
  return sent(task);
}

const combinersOf = (code: Pipeline): readonly string[] =>
  planOf(code).stages.flatMap(({ operators }) =>
    operators.flatMap(({ id, kind }) => (kind === 'combiner' ? [id] : [])),
  );

describe('a task that combines', () => {
  test('sends a key of a pane as one event, when its time reaches the end of the pane', () => {
    const task = new StageTask(clicksPerPage(), 'clicks', 'shard-0');

    const first = [click(1, 'a', '12:00:01'), click(2, 'a', '12:00:02'), click(3, 'b', '12:00:03')];
    for (const each of [...first, click(4, 'a', '12:00:04')]) task.process(each);
    const before = sent(task);
    task.process(click(5, 'a', '12:01:00'));

    expect(before).toEqual([]);
    expect(eventsOf(sent(task))).toEqual([
      partial('a', '12:00:00', [3, [7]]),
      partial('b', '12:00:00', [1, [3]]),
    ]);
  });

  test('sends an event of a pane that has ended as it is', () => {
    const task = new StageTask(clicksPerPage(), 'clicks', 'shard-0');

    task.process(click(1, 'a', '12:01:00'));
    task.process(click(2, 'a', '12:00:59'));

    expect(eventsOf(sent(task))).toEqual([
      {
        edge: EDGE,
        event: { key: 'a', timestamp: at('12:00:59'), value: { page: 'a', ms: 2, at: at('12:00:59') } },
      },
    ]);
  });

  test('holds nothing for longer than half of the time after which it counts as idle', () => {
    const task = new StageTask(clicksPerPage(), 'clicks', 'shard-0');

    task.process(click(1, 'a', '12:00:01'));
    task.process(control(2, 'tick', '12:00:30'));
    const early = sent(task);
    task.process(control(3, 'tick', '12:00:31'));

    expect(early).toEqual([]);
    expect(eventsOf(sent(task))).toEqual([partial('a', '12:00:00', [1, [1]])]);
  });

  test('holds a thousand keys at most, and sends those of others as they are', () => {
    const task = new StageTask(clicksPerPage(), 'clicks', 'shard-0');

    for (let n = 0; n < 1_500; n += 1) task.process(click(n, `page-${n}`, '12:00:01'));
    const singles = sent(task);
    task.process(control(1_500, 'finish', '12:00:01'));

    expect(new Set(singles.map(({ edge }) => edge))).toEqual(new Set([EDGE]));
    expect([singles.length, sent(task).length]).toEqual([501, 999]);
  });

  test('rests for a while if hardly any key came twice', () => {
    const task = new StageTask(clicksPerPage(), 'clicks', 'shard-0');
    const edgesAt = (n: number, time: string): readonly string[] => {
      task.process(click(n, 'a', time));
      return sent(task).map(({ edge }) => edge);
    };

    const held = edgesAt(1, '12:00:01');
    const atTheEndOfTheSpell = edgesAt(2, '12:00:31');
    const resting = edgesAt(3, '12:05:30');
    const rested = edgesAt(4, '12:05:31');

    expect([held, atTheEndOfTheSpell, resting, rested]).toEqual([[], [COMBINED, EDGE], [EDGE], []]);
  });

  test('sends what it holds when its shard has ended', () => {
    const task = new StageTask(clicksPerPage(), 'clicks', 'shard-0');

    task.process(click(1, 'a', '12:00:01'));
    task.end();

    expect(eventsOf(sent(task))).toEqual([partial('a', '12:00:00', [1, [1]])]);
  });

  test('sends what it held and holds nothing new while it is drained', () => {
    const before = new StageTask(clicksPerPage(), 'clicks', 'shard-0');
    before.process(click(1, 'a', '12:00:01'));
    const draining = new StageTask(clicksPerPage('drain'), 'clicks', 'shard-0');
    for (const piece of before.state.encodeAll(1)) draining.state.apply(piece);
    draining.resume();

    draining.process(click(2, 'a', '12:01:00'));

    expect(sent(draining).map(({ edge }) => edge)).toEqual([COMBINED, EDGE]);
  });
});

describe('what was combined', () => {
  test('counts also where nothing is combined any more', () => {
    const [row] = receiving(combined(), '12:00:00').takeOutputs();

    expect(row).toMatchObject({ kind: 'row', key: 'a', value: { clicks: 2, ms: 3 } });
  });

  test('is one dead letter with its results if it comes too late', () => {
    const outputs = receiving(combined(), '12:01:00').takeOutputs();

    expect(outputs).toMatchObject([
      { kind: 'dead-letter', reason: 'late', operator: 'per-page', value: { clicks: 2, ms: 3 } },
    ]);
  });
});

describe('the planner', () => {
  test('shows where events are combined', () => {
    expect(describePlan(planOf(clicksPerPage()))).toContain(
      'per-page~from-clicks: combines events by key and pane of 1 minute before they are sent, for at most 30 seconds\n' +
        '      keeps one entry for each key and open pane, at most 1000, up to 1 minute behind the newest event\n' +
        '      late -> sent on',
    );
    expect(combinersOf(clicksPerPage('off'))).toEqual([]);
  });

  test('leaves events as they are where results could differ', () => {
    const code = pipeline('clicks', {
      combine: 'auto',
      sources: { clicks: clicksSource },
      build: ({ clicks }) => {
        const minutes = tumbling('1 minute');
        const withLate = clicks
          .keyBy((each) => each.page)
          .window(minutes)
          .aggregate('with-late', { n: count() });
        const shared = clicks.keyBy((each) => each.ms);
        return {
          withLate,
          late: withLate.late,
          ordered: clicks
            .keyBy((each) => each.page)
            .window(minutes)
            .aggregate('ordered', { pages: countDistinct((each) => each.page, { limit: 9 }) }),
          updated: clicks
            .keyBy((each) => each.page)
            .window(minutes, { emit: 'on-update' })
            .aggregate('updated', { n: count() }),
          one: shared.window(minutes).aggregate('one', { n: count() }),
          other: shared.window(minutes).aggregate('other', { n: count() }),
          here: clicks.byPartitionKey().window(minutes).aggregate('here', { n: count() }),
        };
      },
    });

    expect(combinersOf(code)).toEqual([]);
  });

  test('leaves the changes of a table as they are: when it falls silent, no tick says that they have waited enough', () => {
    const code = pipeline('pages', {
      combine: 'auto',
      sources: { clicks: clicksSource, pages: changesOf(z.object({ page: z.string() })) },
      build: ({ clicks, pages }) => ({
        perPage: clicks
          .map(({ page }) => page)
          .merge(pages.map(({ before, after }) => (after ?? before).page))
          .keyBy((page) => page)
          .window(tumbling('1 minute'))
          .aggregate('per-page', { n: count() }),
      }),
    });

    expect(combinersOf(code)).toEqual(['per-page~from-clicks']);
  });
});

test('a value that an aggregate refuses fails where it always did', () => {
  const code = pipeline('clicks', {
    combine: 'auto',
    sources: { clicks: clicksSource },
    build: ({ clicks }) => ({
      perPage: clicks
        .keyBy((each) => each.page)
        .window(tumbling('1 minute'))
        .aggregate('per-page', {
          ms: sum((each) => {
            if (each.ms < 0) throw new RangeError('negative');
            return each.ms;
          }),
        }),
    }),
  });
  const driver = testDriver(code);

  driver.sources.clicks.send(
    { page: 'a', ms: 1, at: 0 },
    { page: 'a', ms: -1, at: 0 },
    { page: 'a', ms: 2, at: 0 },
  );
  driver.drain();

  expect(driver.sinks.perPage.take()).toEqual([{ key: 'a', windowStart: 0, windowEnd: 60_000, ms: 3 }]);
  expect(driver.takeDeadLetters()).toMatchObject([{ operator: 'per-page', reason: 'failed' }]);
});
