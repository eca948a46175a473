import { getHeapStatistics } from 'node:v8';

/** How much of the heap may be in use before tasks are let go. */
const MOST_OF_HEAP = 0.5;

export interface TaskCacheOptions {
  /** How many are held at most. @default 16 */
  readonly most?: number;
  /** Whether memory runs short. @default more than half of the heap is in use */
  readonly isCrowded?: () => boolean;
}

/**
 * The tasks a sandbox has worked on, by shard. Nothing pins a shard to a sandbox, so any sandbox may meet any of them: the one
 * that was used longest ago is let go when there are too many, and all but the one at hand when memory runs short. A
 * task that was let go is read from its journal again.
 */
export class TaskCache<T> {
  readonly #most: number;
  readonly #isCrowded: () => boolean;
  /** In the order of last use. */
  readonly #tasks = new Map<string, T>();

  constructor({ most = 16, isCrowded = isHeapCrowded }: TaskCacheOptions = {}) {
    this.#most = most;
    this.#isCrowded = isCrowded;
  }

  /** The task of a shard, made if it isn't held. */
  get(shardId: string, make: () => T): T {
    const held = this.#tasks.get(shardId);
    this.#tasks.delete(shardId);
    if (this.#isCrowded()) this.#tasks.clear();
    const [longestUnused] = this.#tasks.keys();
    if (longestUnused !== undefined && this.#tasks.size >= this.#most) this.#tasks.delete(longestUnused);
    const task = held ?? make();
    this.#tasks.set(shardId, task);
    return task;
  }
}

function isHeapCrowded(): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used > MOST_OF_HEAP * limit;
}
