import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { count, pipeline, source, tumbling } from 'millrace';
import * as z from 'zod';
import { KeyedStream } from '../../lib/dsl/index.ts';
import { StageTask } from '../../lib/engine/index.ts';
import { intervalJoin, type JoinKind } from '../../lib/joins/index.ts';
import { encodeControlRecord, type InputRecord, type Output } from '../../lib/model/index.ts';
import { record } from '../support/orders.ts';
import { holds } from '../support/properties.ts';
import { rows } from './rows.ts';

const Click = z.object({ input: z.number(), at: z.number() });

/** Two sides of one stream are joined, and the results counted per window. */
const countedJoin = (kind: JoinKind, graceMs: number) =>
  pipeline('clicks', {
    sources: {
      clicks: source(Click, { timestamp: ({ at }) => at, outOfOrder: 3, maxSkew: '1 day' }),
    },
    build: ({ clicks }) => {
      const keyed = clicks.byPartitionKey();
      const side = (input: number) => keyed.filter((click) => click.input === input).node;
      const joined = new KeyedStream<string, unknown>({
        kind: 'operator',
        id: 'join',
        inputs: [side(0), side(1)],
        definition: intervalJoin({
          kind,
          beforeMs: 2,
          afterMs: 5,
          graceMs,
          select: (left: unknown, right: unknown) => [left, right],
        }),
      });
      return { joined, counted: joined.window(tumbling(4)).aggregate('counted', { rows: count() }) };
    },
  });

/** Runs the records; where it says so, on a task that knows only what the one before it has journaled. */
function run(built: ReturnType<typeof countedJoin>, input: readonly [InputRecord, boolean][]): Output[] {
  let task = new StageTask(built, 'clicks', 'shard-0');
  const journal: Uint8Array[] = [];
  return input.flatMap(([each, dies]) => {
    task.process(each);
    const outputs = task.takeOutputs();
    if (dies) {
      journal.push(task.state.encodeChanges(task.state.takeChanges()));
      task = new StageTask(built, 'clicks', 'shard-0');
      for (const changes of journal) task.state.apply(changes);
      task.resume();
    }
    return outputs;
  });
}

const kinds = fc.constantFrom<JoinKind>('inner', 'left', 'right', 'full');

test('each result of a join is counted in the window behind it, wherever the task dies', () => {
  holds(
    fc.property(rows, kinds, fc.nat(6), (input, kind, graceMs) => {
      const built = countedJoin(kind, graceMs);
      const records = input.map((row): [InputRecord, boolean] => [
        record(row.id, row.key, { input: row.input, at: row.at }, 0),
        row.restore,
      ]);
      const finish = { ...record(99, '', '', 0), data: encodeControlRecord({ kind: 'finish' }) };
      const all: [InputRecord, boolean][] = [...records, [finish, false]];

      const broken = run(built, all);
      const whole = run(
        built,
        all.map(([each]) => [each, false]),
      );

      const joined = whole.filter(
        (output) => (output.kind === 'row' || output.kind === 'append') && output.sink === 'joined',
      );
      const counted = whole.flatMap((output) =>
        output.kind === 'row' && output.sink === 'counted' ? [output.value as { readonly rows: number }] : [],
      );
      const lateBehind = whole.filter(
        (output) => output.kind === 'dead-letter' && output.operator !== 'join',
      );
      expect(broken).toEqual(whole);
      expect(lateBehind).toEqual([]);
      expect(counted.reduce((total, each) => total + each.rows, 0)).toBe(joined.length);
    }),
  );
});
