import { describe, expect, test } from '@jest/globals';
import { execute } from '../../../lib/local/kinesis/index.ts';
import { FIRST_SHARD, storeAtTime } from './store-at-time.ts';

const MIDDLE = (2n ** 127n).toString();

describe('iterators', () => {
  test('a timestamp begins at the first record that arrived then or later', () => {
    const s = storeAtTime(1);
    s.put('at 00:00:00');
    s.at('00:00:10');
    s.put('at 00:00:10');
    s.put('at 00:00:10 too');
    s.at('00:00:20');

    const from = (time: string) =>
      s.read(s.iterator('AT_TIMESTAMP', { Timestamp: new Date(`2026-03-01T${time}Z`) })).texts;

    expect(from('00:00:00')).toEqual(['at 00:00:00', 'at 00:00:10', 'at 00:00:10 too']);
    expect(from('00:00:00.001')).toEqual(['at 00:00:10', 'at 00:00:10 too']);
    expect(from('00:00:10')).toEqual(['at 00:00:10', 'at 00:00:10 too']);
    expect(from('00:00:11')).toEqual([]);
    expect(() => from('00:00:21')).toThrow('cannot be greater than the currentTimestampInMillis');
  });

  test('an iterator works for five minutes', () => {
    const s = storeAtTime(1);
    s.put('x');
    const iterator = s.iterator('TRIM_HORIZON');

    s.at('00:05:00');
    expect(s.read(iterator).texts).toEqual(['x']);

    s.at('00:05:00.001');
    expect(() => s.read(iterator)).toThrow(
      expect.objectContaining({
        type: 'ExpiredIteratorException',
        message: expect.stringMatching(/^Iterator expired\./),
      }),
    );
  });

  test('an iterator of a deleted stream does not read its namesake', () => {
    const s = storeAtTime(1);
    const iterator = s.iterator('TRIM_HORIZON');
    execute(s.store, 'DeleteStream', { StreamName: 's' });
    execute(s.store, 'CreateStream', { StreamName: 's', ShardCount: 1 });

    expect(() => s.read(iterator)).toThrow('Stream s under account 000000000000 not found.');
  });

  test('a sequence number of another shard is refused', () => {
    const s = storeAtTime(2);
    const inSecond = s.put('x', 'b');

    expect(() => s.iterator('AFTER_SEQUENCE_NUMBER', { StartingSequenceNumber: inSecond })).toThrow(
      'did not come from this shard',
    );
    expect(() => s.iterator('AFTER_SEQUENCE_NUMBER', { StartingSequenceNumber: '1' })).toThrow(
      'did not come from this shard',
    );
  });

  test('a sequence number that was trimmed leads to the oldest record kept', () => {
    const s = storeAtTime(1);
    const first = s.put('first');
    s.at('12:00:00');
    s.put('second');

    s.at('2026-03-02T00:00:01Z');

    expect(s.read(s.iterator('AT_SEQUENCE_NUMBER', { StartingSequenceNumber: first })).texts).toEqual([
      'second',
    ]);
  });
});

describe('how far a reader is behind', () => {
  test('the age of the first record it has not read, nothing at the tip', () => {
    const s = storeAtTime(1);
    s.put('one');
    s.at('00:00:10');
    s.put('two');
    s.at('00:00:15');

    const first = s.read(s.iterator('TRIM_HORIZON'), 1);
    const second = s.read(first.next, 1);
    const third = s.read(second.next, 1);

    expect([first.behind, second.behind, third.behind]).toEqual([5_000, 0, 0]);
  });

  test('at least a millisecond while a record is left, even when no time has passed', () => {
    const s = storeAtTime(1);
    s.put('one');
    s.put('two');

    expect(s.read(s.iterator('TRIM_HORIZON'), 1).behind).toBe(1);
  });
});

describe('retention', () => {
  test('records leave after a day, by the clock', () => {
    const s = storeAtTime(1);
    s.put('old');
    s.at('00:00:01');
    s.put('new');

    s.at('2026-03-02T00:00:00Z');
    expect(s.read(s.iterator('TRIM_HORIZON')).texts).toEqual(['old', 'new']);

    s.at('2026-03-02T00:00:00.001Z');
    expect(s.read(s.iterator('TRIM_HORIZON')).texts).toEqual(['new']);
  });

  test('a longer period does not bring trimmed records back', () => {
    const s = storeAtTime(1);
    s.put('gone');
    s.at('2026-03-02T12:00:00Z');
    s.put('kept');

    execute(s.store, 'IncreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours: 8760 });

    expect(s.read(s.iterator('TRIM_HORIZON')).texts).toEqual(['kept']);
  });

  test('thousands of records are trimmed without losing the rest', () => {
    const s = storeAtTime(1);
    for (let index = 0; index < 3000; index += 1) s.put(`old ${index}`);
    s.at('00:00:01');
    const kept = s.put('kept');

    s.at('2026-03-02T00:00:01Z');
    s.put('new');

    expect(s.read(s.iterator('TRIM_HORIZON')).texts).toEqual(['kept', 'new']);
    expect(s.read(s.iterator('AFTER_SEQUENCE_NUMBER', { StartingSequenceNumber: kept })).texts).toEqual([
      'new',
    ]);
  });

  test('a closed shard is listed until its last record has left', () => {
    const s = storeAtTime(1);
    s.at('06:00:00');
    execute(s.store, 'SplitShard', {
      StreamName: 's',
      ShardToSplit: FIRST_SHARD,
      NewStartingHashKey: MIDDLE,
    });
    const listed = () =>
      execute(s.store, 'ListShards', { StreamName: 's' }).Shards?.map((shard) => shard.ShardId);

    s.at('2026-03-02T06:00:00Z');
    expect(listed()).toEqual([FIRST_SHARD, 'shardId-000000000001', 'shardId-000000000002']);

    s.at('2026-03-02T06:00:00.001Z');
    expect(listed()).toEqual(['shardId-000000000001', 'shardId-000000000002']);
  });
});

describe('a closed shard', () => {
  test('is read page by page; only its last page has no next iterator', () => {
    const s = storeAtTime(1);
    s.put('one');
    s.put('two');
    execute(s.store, 'SplitShard', {
      StreamName: 's',
      ShardToSplit: FIRST_SHARD,
      NewStartingHashKey: MIDDLE,
    });

    const first = s.read(s.iterator('TRIM_HORIZON'), 1);
    const second = s.read(first.next, 1);

    expect(first).toEqual({ texts: ['one'], behind: 1, next: expect.any(String) });
    expect(second).toEqual({ texts: ['two'], behind: 0, next: undefined });
  });

  test('ends an iterator that waited at its tip', () => {
    const s = storeAtTime(1);
    const waiting = s.iterator('LATEST');
    execute(s.store, 'SplitShard', {
      StreamName: 's',
      ShardToSplit: FIRST_SHARD,
      NewStartingHashKey: MIDDLE,
    });

    const output = execute(s.store, 'GetRecords', { ShardIterator: waiting });

    expect(output).toEqual({
      Records: [],
      MillisBehindLatest: 0,
      ChildShards: [
        {
          ShardId: 'shardId-000000000001',
          ParentShards: [FIRST_SHARD],
          HashKeyRange: { StartingHashKey: '0', EndingHashKey: (2n ** 127n - 1n).toString() },
        },
        {
          ShardId: 'shardId-000000000002',
          ParentShards: [FIRST_SHARD],
          HashKeyRange: { StartingHashKey: MIDDLE, EndingHashKey: (2n ** 128n - 1n).toString() },
        },
      ],
    });
  });
});

test('a page holds at most ten mebibytes', () => {
  const s = storeAtTime(1);
  const mebibyte = 'x'.repeat(2 ** 20 - 3);
  for (let index = 0; index < 12; index += 1) s.put(mebibyte);

  const first = s.read(s.iterator('TRIM_HORIZON'));
  const second = s.read(first.next);

  expect([first.texts.length, second.texts.length]).toEqual([10, 2]);
});
