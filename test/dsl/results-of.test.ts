import { expect, test } from '@jest/globals';
import { resultsOf } from 'millrace';
import { testDriver } from 'millrace/testing';
import * as z from 'zod';
import { totals } from '../support/ledger-totals.ts';

const row = (changes: number) => ({ key: 'ann', windowEnd: 1_000, changes, cents: 10 * changes });
const retracted = { '@retracted': true };
const keyOf = (output: string) => ({ pk: `${output}#ann`, sk: '-' });

test('rows of an output are read as its results table has them', () => {
  const { sources, sinks } = testDriver(totals);

  sources.moved.send(
    { kind: 'insert', before: undefined, after: row(1) },
    { kind: 'insert', before: undefined, after: row(2) },
  );

  expect(sinks.totals.rows()).toEqual([{ key: 'ann', changes: 3, cents: 30, until: 1_000 }]);
});

test('what the table has of other outputs is passed over, whatever it looks like', () => {
  const { sources, sinks, takeDeadLetters } = testDriver(totals);

  sources.moved.sendRaw(JSON.stringify({ kind: 'insert', key: keyOf('late'), after: { reason: 'late' } }));
  sources.moved.sendRaw(JSON.stringify({ kind: 'insert', key: keyOf('moved'), after: row(4) }));

  expect(sinks.totals.rows()).toMatchObject([{ changes: 4 }]);
  expect(takeDeadLetters()).toEqual([]);
});

test.each([
  ['a row that is taken back is removed', row(1), retracted, 'remove', row(1), undefined],
  ['one that comes back is inserted', retracted, row(2), 'insert', undefined, row(2)],
  ['one that has changed is modified', row(1), row(2), 'modify', row(1), row(2)],
])('%s', (_, before, after, kind, seenBefore, seenAfter) => {
  const { schema, passesOver } = resultsOf('moved', z.looseObject({}));
  const change = { kind: 'modify', key: keyOf('moved'), before, after };

  expect(passesOver?.(change)).toBe(false);
  expect(schema['~standard'].validate(change)).toEqual({
    value: { kind, before: seenBefore, after: seenAfter },
  });
});

test('a row that was never there and is taken back is passed over', () => {
  const { passesOver } = resultsOf('moved', z.looseObject({}));

  expect(passesOver?.({ kind: 'insert', key: keyOf('moved'), after: retracted })).toBe(true);
});

test('an output has a name', () => {
  expect(() => resultsOf('', z.object({}))).toThrow(
    'resultsOf was given "" as the output; give its name in the other pipeline, for example \'perMinute\'',
  );
});
