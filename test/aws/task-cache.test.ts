import { describe, expect, test } from '@jest/globals';
import { TaskCache, type TaskCacheOptions } from '../../lib/aws/task-cache.ts';

/** Uses tasks one after the other, and answers with those that had to be made. */
function madeFor(shards: readonly string[], options: TaskCacheOptions): readonly string[] {
  const cache = new TaskCache<string>(options);
  const made: string[] = [];
  for (const shard of shards) {
    cache.get(shard, () => {
      made.push(shard);
      return shard;
    });
  }
  return made;
}

describe('the tasks a sandbox holds', () => {
  test('are made once', () => {
    expect(madeFor(['a', 'b', 'a', 'b'], { most: 2 })).toEqual(['a', 'b']);
  });

  test('give way to others, the one that was used longest ago first', () => {
    expect(madeFor(['a', 'b', 'a', 'c', 'a', 'b'], { most: 2 })).toEqual(['a', 'b', 'c', 'b']);
  });

  test('are all let go but the one at hand when memory runs short', () => {
    const crowded = [false, false, true, false, false];

    const made = madeFor(['a', 'b', 'b', 'b', 'a'], { isCrowded: () => crowded.shift() === true });

    expect(made).toEqual(['a', 'b', 'a']);
  });
});
