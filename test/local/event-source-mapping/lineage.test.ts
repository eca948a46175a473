import { describe, expect, test } from '@jest/globals';
import { startableShards } from '../../../lib/local/event-source-mapping/lineage.ts';

const shard = (shardId: string, ...parents: readonly string[]) => ({ shardId, parents });
const startable = (
  listed: Parameters<typeof startableShards>[0],
  started: readonly string[],
  ended: readonly string[],
): readonly string[] => startableShards(listed, new Set(started), new Set(ended));

describe('the order of shards', () => {
  test('the children of a split wait for their parent', () => {
    const listed = [shard('a'), shard('b', 'a'), shard('c', 'a')];

    expect(startable(listed, [], [])).toEqual(['a']);
    expect(startable(listed, ['a'], [])).toEqual([]);
    expect(startable(listed, ['a'], ['a'])).toEqual(['b', 'c']);
  });

  test('a merged shard waits for both its parents', () => {
    const listed = [shard('a'), shard('b'), shard('c', 'a', 'b')];

    expect(startable(listed, ['a', 'b'], ['a'])).toEqual([]);
    expect(startable(listed, ['a', 'b'], ['a', 'b'])).toEqual(['c']);
  });

  test('generations follow each other', () => {
    const listed = [shard('a'), shard('b', 'a'), shard('c', 'b')];

    expect(startable(listed, ['a'], ['a'])).toEqual(['b']);
    expect(startable(listed, ['a', 'b'], ['a'])).toEqual([]);
    expect(startable(listed, ['a', 'b'], ['a', 'b'])).toEqual(['c']);
  });

  test('a parent that has left the stream is not waited for', () => {
    expect(startable([shard('b', 'a')], [], [])).toEqual(['b']);
  });

  test('a parent that is still being read is waited for, even if the stream no longer lists it', () => {
    expect(startable([shard('b', 'a')], ['a'], [])).toEqual([]);
  });
});
