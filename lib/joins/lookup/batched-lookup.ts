import { FatalError } from '../../model/index.ts';
import type { Clock } from '../../time/index.ts';
import { AnswerCache } from './answer-cache.ts';
import type { KnownKey, Looked, LookupFailure, LookupSource, UnknownKey } from './lookup-source.ts';

/** Processing time that can be waited for. */
export interface LookupClock extends Clock {
  /** Resolves after so many milliseconds, or at once when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** How a table outside is read. Times are in ms of processing time. */
export interface LookupOptions {
  /** For how long a row is taken from memory before it is read again. */
  readonly ttlMs: number;
  /** The same for a key that isn't in the table. */
  readonly missTtlMs: number;
  /** How many keys are remembered at most. */
  readonly maxEntries: number;
  /** How many reads are under way at most. */
  readonly maxConcurrency: number;
  /** How long one read may take. */
  readonly readMs: number;
  /** How long all reads and pauses for one batch may take. */
  readonly batchMs: number;
  /** The pause before what went wrong is asked again; doubled each time. */
  readonly pauseMs: number;
}

type Failure = Pick<UnknownKey<never>, 'reason' | 'cause'>;

/**
 * Reads a table outside for a batch of events: each key once, several in one read, and not again while the answer is
 * fresh.
 *
 * For each batch, in this order:
 * 1. What is fresh in memory is taken from there.
 * 2. The other keys are read in chunks, so many at once. Each answer is remembered.
 * 3. Keys that were throttled, timed out or failed are asked again after a pause, until the batch's time is up.
 * 4. What is left is `unknown`, with the reason and what is remembered from before.
 *
 * To be used for one batch at a time.
 */
export class BatchedLookup<V> {
  readonly #source: LookupSource<V>;
  readonly #options: LookupOptions;
  readonly #clock: LookupClock;
  readonly #cache: AnswerCache<V>;

  constructor(source: LookupSource<V>, options: LookupOptions, clock: LookupClock) {
    this.#source = source;
    this.#options = options;
    this.#clock = clock;
    this.#cache = new AnswerCache(options.maxEntries);
  }

  /**
   * What is known of each of these keys. Keys may repeat.
   * @throws FatalError if the source throws one; everything else that goes wrong is `unknown`
   */
  async lookUp(keys: Iterable<string>): Promise<ReadonlyMap<string, Looked<V>>> {
    const startedAt = this.#clock.now();
    const endsAt = startedAt + this.#options.batchMs;
    const known = new Map<string, KnownKey<V>>();
    const wanted: string[] = [];
    for (const key of new Set(keys)) {
      const fresh = this.#cache.fresh(key, startedAt);
      if (fresh === undefined) wanted.push(key);
      else known.set(key, fresh);
    }

    let failures = await this.#readAll(wanted, known, endsAt);
    for (let pauseMs = this.#options.pauseMs; failures.size > 0; pauseMs *= 2) {
      if (this.#clock.now() + pauseMs >= endsAt) break;
      await this.#clock.sleep(pauseMs);
      failures = await this.#readAll([...failures.keys()], known, endsAt);
    }
    return new Map<string, Looked<V>>([
      ...known,
      ...[...failures].map(([key, failure]): [string, Looked<V>] => [key, this.#unknown(key, failure)]),
    ]);
  }

  #unknown(key: string, failure: Failure): UnknownKey<V> {
    const stale = this.#cache.stale(key);
    return { kind: 'unknown', ...failure, ...(stale !== undefined && { stale }) };
  }

  /** Reads these keys, and answers which of them went wrong and why. */
  async #readAll(
    keys: readonly string[],
    known: Map<string, KnownKey<V>>,
    endsAt: number,
  ): Promise<ReadonlyMap<string, Failure>> {
    const failures = new Map<string, Failure>();
    const chunks = chunksOf(keys, this.#source.maxKeys).values();
    const readers = Array.from({ length: this.#options.maxConcurrency }, async () => {
      for (const chunk of chunks) {
        for (const [key, failure] of await this.#read(chunk, known, endsAt)) failures.set(key, failure);
      }
    });
    await Promise.all(readers);
    return failures;
  }

  async #read(
    keys: readonly string[],
    known: Map<string, KnownKey<V>>,
    endsAt: number,
  ): Promise<readonly [string, Failure][]> {
    const allFailed = (reason: LookupFailure, cause?: unknown): readonly [string, Failure][] =>
      keys.map((key) => [key, cause === undefined ? { reason } : { reason, cause }]);
    const answer = await this.#answerInTime(keys, endsAt);
    if (answer === 'timed-out') return allFailed('timed-out');
    if ('cause' in answer) return allFailed('failed', answer.cause);

    const now = this.#clock.now();
    const throttled = new Set(answer.throttled);
    for (const key of keys.filter((each) => !throttled.has(each))) {
      // A value may be `undefined`: only `has` tells whether it was found.
      const isFound = answer.found.has(key);
      const seen: KnownKey<V> = isFound
        ? { kind: 'found', value: answer.found.get(key) as V }
        : { kind: 'missing' };
      known.set(key, seen);
      this.#cache.remember(key, seen, now + (isFound ? this.#options.ttlMs : this.#options.missTtlMs));
    }
    return keys.filter((key) => throttled.has(key)).map((key) => [key, { reason: 'throttled' }]);
  }

  async #answerInTime(
    keys: readonly string[],
    endsAt: number,
  ): Promise<Awaited<ReturnType<LookupSource<V>['read']>> | { readonly cause: unknown } | 'timed-out'> {
    const leftMs = Math.min(this.#options.readMs, endsAt - this.#clock.now());
    if (leftMs <= 0) return 'timed-out';
    const isOver = new AbortController();
    try {
      return await Promise.race([
        this.#source.read(keys, isOver.signal),
        this.#clock.sleep(leftMs, isOver.signal).then(() => 'timed-out' as const),
      ]);
    } catch (cause) {
      if (cause instanceof FatalError) throw cause;
      return { cause };
    } finally {
      isOver.abort();
    }
  }
}

function chunksOf(keys: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(keys.length / size) }, (_, index) =>
    keys.slice(index * size, (index + 1) * size),
  );
}
