import type { InputRecord, Output, Position } from '../model/index.ts';

/** A shard's place in its stream. */
export interface ShardFacts {
  /** The shards it was split or merged from; none for a shard the stream began with. */
  readonly parents: readonly string[];
  /** The hash keys it takes, both ends included, of 0 … 2^128 - 1. A record's is the MD5 of its partition key. */
  readonly firstHash: bigint;
  readonly lastHash: bigint;
}

/** The stream a task reads, beside what it is handed: to close gaps, and to take over from parent shards. */
export interface InputStream {
  /**
   * The records of a shard right of the position, in order, in batches, up to the newest at the time of asking or to
   * the end of the shard. May answer with nothing. Infrastructure errors are thrown.
   */
  readAfter(shardId: string, position: Position): AsyncIterable<readonly InputRecord[]>;

  /** `undefined` if the stream doesn't list the shard (any more). */
  describeShard(shardId: string): Promise<ShardFacts | undefined>;
}

/** Where outputs go. */
export interface OutputSinks {
  /**
   * Delivers outputs, those about one row in the order given, and answers with those it could not deliver in time.
   * Called with outputs that were delivered before as well: an output is known by its identity, and delivering it
   * again changes nothing. Once the signal is aborted, nothing more is begun.
   */
  deliver(outputs: readonly Output[], signal?: AbortSignal): Promise<readonly Output[]>;
}
