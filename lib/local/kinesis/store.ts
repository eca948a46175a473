import { ACCOUNT, REGION, STREAM_ARN_PREFIX } from './account.ts';
import { invalidArgument, KinesisError } from './errors.ts';
import { type Input, optionalText, requiredText, type TextRule } from './input.ts';
import { Stream, type KeptStream, type StreamSpec } from './stream.ts';

export interface KinesisStoreOptions {
  /**
   * Milliseconds since the epoch; arrival times, retention and iterator expiry follow it.
   * @default Date.now
   */
  readonly now?: () => number;
  /**
   * Open shards of all streams together.
   * @default 20000, the service's quota in us-east-1
   */
  readonly shardLimit?: number;
  /**
   * For how many ms a new stream is CREATING and a resharded one UPDATING.
   * @default 0, streams are ACTIVE at once
   */
  readonly transitionMs?: number;
  /**
   * Asked before each operation on a stream; true answers ProvisionedThroughputExceededException. PutRecords then
   * fails its first, third, … entry with that code and takes the others.
   * @default nothing is throttled
   */
  readonly throttle?: (operation: string, streamName: string) => boolean;
  /** Streams to go on with, as `kept` gave them. @default none */
  readonly streams?: readonly KeptStream[];
}

export const STREAM_NAME: TextRule = { maxLength: 128, pattern: /^[a-zA-Z0-9_.-]+$/ };
const STREAM_ARN: TextRule = { maxLength: 2048, pattern: /^arn:aws.*:kinesis:.*:\d{12}:stream\/\S+$/ };
const DEFAULT_SHARD_LIMIT = 20_000;

/** The streams of the local account, in memory and without a wire: `execute` runs the service's operations on it. */
export class KinesisStore {
  readonly now: () => number;
  readonly transitionMs: number;
  readonly #streams = new Map<string, Stream>();
  readonly #shardLimit: number;
  readonly #throttle: (operation: string, streamName: string) => boolean;
  #incarnations = 0;

  constructor(options: KinesisStoreOptions = {}) {
    this.now = options.now ?? Date.now;
    this.transitionMs = options.transitionMs ?? 0;
    this.#shardLimit = options.shardLimit ?? DEFAULT_SHARD_LIMIT;
    this.#throttle = options.throttle ?? (() => false);
    for (const kept of options.streams ?? []) {
      const { now, transitionMs } = this;
      this.#streams.set(kept.spec.name, new Stream({ ...kept.spec, transitionMs, now }, kept));
      this.#incarnations = Math.max(this.#incarnations, kept.spec.incarnation);
    }
  }

  /** Every stream with its records, as structured data. */
  kept(): readonly KeptStream[] {
    return this.streams().map((stream) => stream.kept());
  }

  /** Every stream, by name. */
  streams(): Stream[] {
    return [...this.#streams.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  stream(name: string): Stream | undefined {
    return this.#streams.get(name);
  }

  create(spec: Omit<StreamSpec, 'incarnation' | 'transitionMs' | 'now'>): Stream {
    if (this.#streams.has(spec.name)) {
      throw new KinesisError(
        'ResourceInUseException',
        `Stream ${spec.name} under account ${ACCOUNT} already exists.`,
      );
    }
    this.requireRoomFor(spec.shardCount);
    this.#incarnations += 1;
    const { now, transitionMs } = this;
    const stream = new Stream({ ...spec, incarnation: this.#incarnations, transitionMs, now });
    this.#streams.set(spec.name, stream);
    return stream;
  }

  delete(stream: Stream): void {
    this.#streams.delete(stream.name);
  }

  /** Throws LimitExceededException when `additional` open shards would be too many. */
  requireRoomFor(additional: number): void {
    const current = this.streams().reduce((sum, stream) => sum + stream.openShards.length, 0);
    if (current + additional <= this.#shardLimit) return;
    throw new KinesisError(
      'LimitExceededException',
      `This request would exceed the shard limit for the account ${ACCOUNT} in ${REGION}. Current shard count for the account: ${current}. Limit: ${this.#shardLimit}. Number of additional shards that would have resulted from this request: ${additional}.`,
    );
  }

  isThrottled(operation: string, streamName: string): boolean {
    return this.#throttle(operation, streamName);
  }

  /** The stream a request names, by StreamName or StreamARN. */
  streamOf(input: Input): Stream {
    const name = streamNameOf(input) ?? requiredText(input, 'StreamName', STREAM_NAME);
    return this.#streams.get(name) ?? notFound(`Stream ${name} under account ${ACCOUNT} not found.`);
  }
}

/** The name in StreamName or StreamARN, or undefined when the request has neither. */
export function streamNameOf(input: Input): string | undefined {
  const name = optionalText(input, 'StreamName', STREAM_NAME);
  const arn = optionalText(input, 'StreamARN', STREAM_ARN);
  if (arn === undefined) return name;
  if (!arn.startsWith(STREAM_ARN_PREFIX)) return notFound(`Stream ${arn} not found.`);
  const named = arn.slice(STREAM_ARN_PREFIX.length);
  if (name !== undefined && name !== named) {
    throw invalidArgument(`StreamName ${name} and StreamARN ${arn} name different streams.`);
  }
  return named;
}

function notFound(message: string): never {
  throw new KinesisError('ResourceNotFoundException', message);
}
