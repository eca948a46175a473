import type { Looked } from '../joins/index.ts';
import type { InputRecord, Position, Progress, SentOutput, TableOutput } from '../model/index.ts';

/** A shard's place in its stream. */
export interface ShardFacts {
  /** The shards it was split or merged from; none for a shard the stream began with. */
  readonly parents: readonly string[];
  /** The hash keys it takes, both ends included, of 0 … 2^128 - 1. A record's is the MD5 of its partition key. */
  readonly firstHash: bigint;
  readonly lastHash: bigint;
}

/** The hash keys a shard takes. */
export type HashRange = Pick<ShardFacts, 'firstHash' | 'lastHash'>;

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

/** Where outputs go that leave the pipeline. */
export interface OutputSinks {
  /**
   * Delivers outputs, those about one row in the order given, and answers with those it could not deliver in time.
   * Called with outputs that were delivered before as well: an output is known by its identity, and delivering it
   * again changes nothing. Once the signal is aborted, nothing more is begun.
   */
  deliver(outputs: readonly TableOutput[], signal?: AbortSignal): Promise<readonly TableOutput[]>;
}

/** What became of what was sent to a stage. */
export interface Sent {
  /** Events that could not be sent in time. */
  readonly left: readonly SentOutput[];
  /** Whether each of its tasks was told how far this one has got. */
  readonly isTold: boolean;
}

/** The way to the stages behind. */
export interface Shuffle {
  /**
   * Sends events to a stage, those of one part in the order given, and tells each of its tasks how far this one has got,
   * behind all the events for it. If an event is left, so are all behind it of the same part. Called with events that were
   * sent before as well: their receiver knows them by their number. Once the signal is aborted, nothing more is begun.
   */
  send(
    to: string,
    sent: readonly SentOutput[],
    progress: Progress | undefined,
    signal?: AbortSignal,
  ): Promise<Sent>;

  /** The shards of the stream this stage reads that can still get records. */
  peers(): Promise<readonly string[]>;
}

/** Tables outside, by the names the pipeline has for them. */
export interface Lookups {
  /**
   * What the table says of each of these keys, given as the model encodes them. What it doesn't say in time is unknown;
   * nothing of that is thrown.
   * @throws FatalError if it never will, as the pipeline asks for what the table can't have
   */
  lookUp(table: string, keys: ReadonlySet<string>): Promise<ReadonlyMap<string, Looked<unknown>>>;
}
