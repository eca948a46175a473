import { expect, test } from '@jest/globals';
import type { Late } from 'millrace';
import { batchResult, type Row } from '../../../functions/earthquakes/demo/batch.ts';
import { loadFeed } from '../../../functions/earthquakes/feed.ts';
import { earthquakes } from '../../../functions/earthquakes/pipeline.ts';
import type { Quake } from '../../../functions/earthquakes/quake.ts';
import { StageTask } from '../../../lib/engine/index.ts';
import type { Output } from '../../../lib/model/index.ts';
import { record } from '../../support/orders.ts';

test('a shard with a week of quakes has the results of a plain program that saw all of it', async () => {
  const quakes = await loadFeed();
  const expected = batchResult([quakes]);

  const outputs = run([...quakes, afterAll(quakes)]);

  const rows = valuesOf('perNetwork', outputs) as readonly Row[];
  const late = valuesOf('late', outputs) as readonly Late<Quake>[];
  expect(rows.toSorted(byRow)).toEqual(expected.rows.toSorted(byRow));
  expect(late.map(({ value }) => value)).toEqual(expected.late);
  expect(outputs.filter(({ kind }) => kind === 'dead-letter')).toEqual([]);
});

test('a quarry blast moves time on, and is not counted', () => {
  const hour = 60 * 60 * 1000;
  const quake = {
    id: 'q1',
    time: 0,
    updated: 0,
    mag: 1.5,
    place: 'here',
    depth: null,
    net: 'ci',
    type: 'earthquake',
  };
  const blast = { ...quake, id: 'q2', time: 12 * hour, updated: 12 * hour, type: 'quarry blast' };

  const outputs = run([quake, blast]);

  expect(valuesOf('perNetwork', outputs)).toEqual([
    { key: 'ci', windowStart: 0, windowEnd: 6 * hour, quakes: 1, largest: 1.5, meanDepth: undefined },
  ]);
});

function run(quakes: readonly Quake[]): readonly Output[] {
  const task = new StageTask(earthquakes, 'quakes', 'shard-0');
  for (const [n, quake] of quakes.entries()) task.process(record(n, quake.net, quake, quake.updated));
  return task.takeOutputs();
}

/** A blast so much later that every window closes. */
function afterAll(quakes: readonly Quake[]): Quake {
  const day = 24 * 60 * 60 * 1000;
  const time = Math.max(...quakes.map((quake) => quake.time)) + day;
  return {
    id: 'end',
    time,
    updated: time,
    mag: null,
    place: '',
    depth: null,
    net: 'ci',
    type: 'quarry blast',
  };
}

function valuesOf(sink: string, outputs: readonly Output[]): readonly unknown[] {
  return outputs.flatMap((output) =>
    (output.kind === 'row' || output.kind === 'append') && output.sink === sink ? [output.value] : [],
  );
}

function byRow(a: Row, b: Row): number {
  return a.windowStart - b.windowStart || (a.key < b.key ? -1 : 1);
}
