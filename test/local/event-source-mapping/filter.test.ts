import { describe, expect, test } from '@jest/globals';
import { filtering, recordFilter } from '../../../lib/local/event-source-mapping/filter.ts';
import type { SourceRecord } from '../../../lib/local/event-source-mapping/kinesis-event.ts';

function record(data: unknown, partitionKey = 'k'): SourceRecord {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return { sequenceNumber: '1', partitionKey, data: new TextEncoder().encode(text), arrivalMs: 0 };
}

const criteria = (...patterns: readonly unknown[]) => ({
  Filters: patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })),
});

function delivered(patterns: readonly unknown[], records: readonly SourceRecord[]): readonly boolean[] {
  return records.map(recordFilter(criteria(...patterns), 'kinesis'));
}

describe('filters', () => {
  test('C48: leave out what does not match and what is no JSON, and the position moves on', async () => {
    const read = {
      records: [record({ n: 1 }), record('no JSON'), record({ n: 2 })],
      isAtTip: true,
      isEnd: false,
    };
    const reader = { read: async () => read };

    const filtered = filtering(reader, recordFilter(criteria({ data: { n: [2] } }), 'kinesis'));

    expect(await filtered.read()).toEqual({ ...read, records: [record({ n: 2 })], through: '1' });
  });

  test('C49: one filter must match, and every key of it; the bytes stay as they are', () => {
    const patterns = [{ data: { kind: ['a'], size: [1] } }, { partitionKey: ['vip'] }];

    expect(
      delivered(patterns, [
        record({ kind: 'a', size: 1 }),
        record({ kind: 'a', size: 2 }),
        record({ kind: 'b', size: 1 }, 'vip'),
        record('no JSON', 'vip'),
      ]),
    ).toEqual([true, false, true, true]);
  });

  test.each([
    ['a value', ['x', 1, null, true], [true, true, true, true, false]],
    ['a prefix', [{ prefix: 'x' }], [true, false, false, false, false]],
    ['anything but', [{ 'anything-but': ['x', 1] }], [false, false, true, true, true]],
    ['a number between', [{ numeric: ['>', 0, '<=', 1] }], [false, true, false, false, false]],
    ['another case', [{ 'equals-ignore-case': 'X' }], [true, false, false, false, false]],
    ['being there', [{ exists: true }], [true, true, true, true, true]],
    ['not being there', [{ exists: false }], [false, false, false, false, false]],
  ])('match by %s', (_, matchers, expected) => {
    const records = ['x', 1, null, true, 'y'].map((v) => record({ v }));

    expect(delivered([{ data: { v: matchers } }], records)).toEqual(expected);
  });

  test('match one element of a list, one of several patterns, and what lies deep', () => {
    const pattern = { data: { $or: [{ tags: ['red'] }, { at: { place: [{ suffix: 'x' }] } }] } };

    expect(
      delivered(
        [pattern],
        [
          record({ tags: ['blue', 'red'] }),
          record({ at: { place: 'box' } }),
          record({ tags: [] }),
          record(1),
        ],
      ),
    ).toEqual([true, true, false, false]);
  });

  test.each([
    ['{', 'is no JSON'],
    ['[]', 'must be an object'],
    ['{"data":1}', 'filter pattern for "data" is "1"; give a list of values, or an object of fields'],
    ['{"data":{"a":[{"like":"x"}]}}', 'filter operator "like" is not known'],
    ['{"data":{"a":[{"numeric":[">","x"]}]}}', 'makes no sense'],
  ])('C50: the pattern %s is refused', (Pattern, message) => {
    expect(() => recordFilter({ Filters: [{ Pattern }] }, 'kinesis')).toThrow(message);
  });
});
