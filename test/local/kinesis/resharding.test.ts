import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { execute } from '../../../lib/local/kinesis/index.ts';
import { storeAtTime, type StoreAtTime } from './store-at-time.ts';

const HASH_KEYS = 2n ** 128n;

function scale(s: StoreAtTime, count: number): void {
  execute(s.store, 'UpdateShardCount', {
    StreamName: 's',
    TargetShardCount: count,
    ScalingType: 'UNIFORM_SCALING',
  });
}

function uniform(count: number): (readonly [bigint, bigint])[] {
  const start = (index: number) => (HASH_KEYS * BigInt(index)) / BigInt(count);
  return Array.from({ length: count }, (_, index) => [start(index), start(index + 1) - 1n] as const);
}

describe('hash ranges', () => {
  test('two shards become four and then three equal ones', () => {
    const s = storeAtTime(2);
    expect(s.openRanges()).toEqual(uniform(2));

    scale(s, 4);
    expect(s.openRanges()).toEqual(uniform(4));

    scale(s, 3);
    expect(s.openRanges()).toEqual(uniform(3));
  });

  test('cover every hash key once, whatever is split, merged and scaled', () => {
    const step = fc.record({
      kind: fc.constantFrom('split' as const, 'merge' as const, 'scale' as const),
      pick: fc.nat(1000),
      where: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    });

    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.array(step, { maxLength: 12 }), (count, steps) => {
        const s = storeAtTime(count);

        for (const { kind, pick, where } of steps) {
          reshard(s, kind, pick, where);

          const ranges = s.openRanges();
          expect(ranges.at(0)?.[0]).toBe(0n);
          expect(ranges.at(-1)?.[1]).toBe(HASH_KEYS - 1n);
          expect(ranges.slice(1).map(([start]) => start)).toEqual(
            ranges.slice(0, -1).map(([, end]) => end + 1n),
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  test('a split needs a hash key well inside the range', () => {
    const s = storeAtTime(1);
    const split = (start: bigint) =>
      execute(s.store, 'SplitShard', {
        StreamName: 's',
        ShardToSplit: 'shardId-000000000000',
        NewStartingHashKey: start.toString(),
      });

    expect(() => split(1n)).toThrow('not both greater than one plus');
    expect(() => split(HASH_KEYS - 1n)).toThrow('not both greater than one plus');
    split(2n);

    expect(s.openRanges()).toEqual([
      [0n, 1n],
      [2n, HASH_KEYS - 1n],
    ]);
  });
});

describe('sequence numbers', () => {
  test('grow within a shard and from parents to children while the clock stands or goes back', () => {
    const s = storeAtTime(1);
    const numbers = [s.put('a'), s.put('b')];
    s.at('2026-02-01T00:00:00Z');
    numbers.push(s.put('c'));
    scale(s, 2);
    numbers.push(s.put('d'));
    scale(s, 1);
    numbers.push(s.put('e'), s.put('f'));

    const values = numbers.map(BigInt);

    expect(values).toEqual(values.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(values).size).toBe(6);
    expect(numbers.map((number) => number.length)).toEqual([56, 56, 56, 56, 56, 56]);
  });

  test('of a closed shard lie between its starting and its ending one', () => {
    const s = storeAtTime(1);
    const number = s.put('a');
    scale(s, 2);

    const [parent, child] = execute(s.store, 'ListShards', { StreamName: 's' }).Shards ?? [];
    const { StartingSequenceNumber: start, EndingSequenceNumber: end } = parent?.SequenceNumberRange ?? {};

    const inOrder = [start, number, end, child?.SequenceNumberRange?.StartingSequenceNumber].map((text) =>
      BigInt(text ?? -1),
    );
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(child?.SequenceNumberRange?.EndingSequenceNumber).toBeUndefined();
  });
});

describe('what resharding refuses', () => {
  test.each([
    [5, 'cannot scale up over double'],
    [0, 'greater than or equal to 1'],
  ])('two shards to %d', (count, message) => {
    expect(() => scale(storeAtTime(2), count)).toThrow(message);
  });

  test('less than half the shards', () => {
    expect(() => scale(storeAtTime(5), 2)).toThrow('cannot scale down below half');
  });

  test('a closed shard', () => {
    const s = storeAtTime(2);
    const merge = () =>
      execute(s.store, 'MergeShards', {
        StreamName: 's',
        ShardToMerge: 'shardId-000000000000',
        AdjacentShardToMerge: 'shardId-000000000001',
      });
    merge();

    expect(merge).toThrow('only open shards can be split or merged');
  });

  test('an on-demand stream', () => {
    const s = storeAtTime(1);
    execute(s.store, 'CreateStream', { StreamName: 'o', StreamModeDetails: { StreamMode: 'ON_DEMAND' } });

    expect(() =>
      execute(s.store, 'UpdateShardCount', {
        StreamName: 'o',
        TargetShardCount: 2,
        ScalingType: 'UNIFORM_SCALING',
      }),
    ).toThrow('on-demand capacity mode');
  });

  test('more open shards than the account may have', () => {
    expect(() => scale(storeAtTime(2, { shardLimit: 3 }), 4)).toThrow('would exceed the shard limit');
  });

  test('a stream that is still being resharded', () => {
    const s = storeAtTime(1, { transitionMs: 1000 });
    expect(() => scale(s, 2)).toThrow('not ACTIVE, instead in state CREATING');

    s.at('00:00:01');
    scale(s, 2);

    expect(() => scale(s, 4)).toThrow('not ACTIVE, instead in state UPDATING');
  });
});

function reshard(s: StoreAtTime, kind: 'split' | 'merge' | 'scale', pick: number, where: number): void {
  const stream = s.store.stream('s');
  const open = stream?.openShards ?? [];
  const index = pick % open.length;
  const [shard, next] = [open[index], open[index + 1]];
  if (stream === undefined || shard === undefined) return;
  const size = shard.range.end - shard.range.start;
  if (kind === 'split')
    stream.split(shard, shard.range.start + 1n + BigInt(Math.floor(where * Number(size - 2n))));
  else if (kind === 'scale') stream.scale(1 + (pick % 9));
  else if (next !== undefined) stream.merge(next, shard);
}
