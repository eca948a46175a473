export interface ShardLineage {
  readonly shardId: string;
  /** Both parents of a merged shard, the one parent of a split one, or none. */
  readonly parents: readonly string[];
}

/**
 * The shards that may be read now: not started yet, with every parent read to its end. A parent that is no longer
 * listed has left the stream, and has nothing left to wait for.
 */
export function startableShards(
  listed: readonly ShardLineage[],
  started: ReadonlySet<string>,
  ended: ReadonlySet<string>,
): readonly string[] {
  const known = new Set([...listed.map(({ shardId }) => shardId), ...started]);
  return listed
    .filter(({ shardId }) => !started.has(shardId))
    .filter(({ parents }) => parents.every((parent) => ended.has(parent) || !known.has(parent)))
    .map(({ shardId }) => shardId);
}
