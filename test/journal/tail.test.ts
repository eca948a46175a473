import { expect, test } from '@jest/globals';
import { after } from '../../lib/model/index.ts';
import { decodeTail, encodeTail, lengthOf } from '../../lib/journal/tail.ts';

const scope = { plan: 'plan', window: '2026-01-01T00:00:00Z' };
const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(250);

test.each([
  ['empty', [], undefined],
  ['with changes', [bytes(1000), bytes(10)], undefined],
  ['with outputs', [bytes(10)], bytes(100)],
])('a tail %s is as long as its JSON', (_, segments, outbox) => {
  const tail = encodeTail({ n: 1, through: after('7'), segments, outbox }, scope);

  expect(lengthOf(tail)).toBe(JSON.stringify(tail).length);
});

test('a tail is read as it was written', () => {
  const written = { n: 1, through: after('7'), segments: [bytes(3)], outbox: bytes(2) };

  const read = decodeTail(JSON.parse(JSON.stringify(encodeTail(written, scope))), scope);

  expect(read?.n).toBe(1);
  expect(read?.through).toEqual(after('7'));
  expect(read?.segments.map((each) => [...each])).toEqual([[250, 250, 250]]);
  expect([...(read?.outbox ?? [])]).toEqual([250, 250]);
});
