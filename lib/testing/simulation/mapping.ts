import type { InvocationResult } from '../../journal/index.ts';
import type { InputRecord } from '../../model/index.ts';
import type { Decisions, Random } from '../random.ts';
import type { FaultPlan } from './faults.ts';
import type { ShardHistory } from './simulated-shards.ts';

/** Window state is JSON to the mapping. */
type WindowState = Readonly<Record<string, unknown>>;

/** What the mapping hands to a sandbox. */
export interface Delivery {
  readonly records: readonly InputRecord[];
  readonly windowState: WindowState | undefined;
  readonly window: 'none' | 'open' | 'ending';
  readonly windowId: string;
}

const LARGEST_BATCH = 7;
const WINDOW_ENDS = 0.12;
const STATE_LIMIT_CHARS = 1_000_000;

/**
 * One shard of an event source mapping: position, tumbling window and its state, with every liberty Lambda's
 * documentation leaves it, and some more.
 */
export class ShardMapping {
  readonly shard: ShardHistory;
  readonly #decisions: Decisions;
  readonly #faults: FaultPlan;
  readonly #returned: WindowState[] = [];
  #position = 0;
  #windowBegan = 0;
  #windowNumber = 0;
  #state: WindowState = {};
  #hasWindow: boolean;
  #isDone = false;
  /** Positions at which the next batches must end: a failed batch is being delivered in parts. */
  #ends: number[] = [];

  readonly #isComplete: () => boolean;

  /** @param isComplete whether the shard will get no more records than it has */
  constructor(
    shard: ShardHistory,
    hasWindow: boolean,
    decisions: Decisions,
    faults: FaultPlan,
    isComplete: () => boolean,
  ) {
    this.shard = shard;
    this.#isComplete = isComplete;
    this.#hasWindow = hasWindow;
    this.#decisions = decisions;
    this.#faults = faults;
  }

  /** Its last record and its last window are processed: children may be delivered. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The next invocation, or nothing to do now. */
  next(): Delivery | undefined {
    this.#misbehave();
    // The last record of a shard that stays open comes when nothing goes wrong any more.
    const isCalm = this.shard.isClosed || this.#faults.isOver;
    const end = this.shard.records.length - (isCalm ? 0 : 1);
    const isAtEnd =
      this.#position >= end && (this.shard.isClosed || (this.#faults.isOver && this.#isComplete()));
    if (isAtEnd && !(this.#hasWindow && 'n' in this.#state)) {
      this.#isDone = true;
      return undefined;
    }
    const size = 1 + this.#about('batch size').below(LARGEST_BATCH);
    const part = this.#ends.find((each) => each > this.#position);
    const batch = this.shard.records.slice(this.#position, Math.min(part ?? this.#position + size, end));
    const isEnding =
      this.#hasWindow &&
      (isAtEnd || this.#about('window end').chance(WINDOW_ENDS) || this.#faults.strikes('window ends early'));
    const records = isEnding && this.#about('final records').chance(0.7) ? [] : batch;
    if (records.length === 0 && !isEnding) return undefined;
    return {
      records,
      windowState: this.#hasWindow ? this.#state : undefined,
      window: this.#hasWindow ? (isEnding ? 'ending' : 'open') : 'none',
      windowId: `window ${this.#windowNumber}`,
    };
  }

  /** The invocation failed, as far as the mapping knows: the batch comes again, whole or in two halves. */
  failed({ records }: Delivery): void {
    const end = this.#position + records.length;
    if (records.length < 2 || !this.#faults.strikes('batch is bisected', this.shard.shardId)) return;
    this.#ends = [this.#position + Math.ceil(records.length / 2), end, ...this.#ends].filter(
      (each) => each <= Math.max(end, ...this.#ends),
    );
  }

  /** The invocation succeeded, as far as the mapping knows. */
  succeeded({ records, window }: Delivery, { windowState, haltedAt }: InvocationResult): void {
    if (this.#faults.strikes('answer to the mapping is lost')) return;
    if (haltedAt !== undefined) return this.#failedAt(records, haltedAt.sequenceNumber, windowState);
    const before = this.#state;
    const returned: WindowState = JSON.parse(JSON.stringify(windowState));
    this.#position += records.length;
    this.#ends = this.#ends.filter((each) => each > this.#position);
    if (window !== 'none') this.#returned.push(returned);
    if (window === 'ending') this.#beginWindow();
    else this.#state = window === 'open' ? returned : {};
    if (window !== 'ending' && JSON.stringify(this.#state).length > STATE_LIMIT_CHARS) this.#state = {};
    if (this.#faults.strikes('batch is delivered again') && window !== 'ending') {
      this.#position -= records.length;
      this.#state = before;
    }
  }

  /** A partial failure: the remainder comes again, with the state returned beside it or with the one before (C68). */
  #failedAt(records: readonly InputRecord[], sequenceNumber: string, windowState: object): void {
    const index = records.findIndex((record) => record.sequenceNumber === sequenceNumber);
    if (index < 0) return;
    this.#position += index;
    if (this.#hasWindow && this.#about('state beside a failure').chance(0.5))
      this.#state = JSON.parse(JSON.stringify(windowState));
  }

  #beginWindow(): void {
    this.#state = {};
    this.#windowNumber += 1;
    this.#windowBegan = this.#position;
  }

  #about(what: string): Random {
    return this.#decisions.about(`${what} of ${this.shard.shardId}`);
  }

  #misbehave(): void {
    if (this.#faults.strikes('window state is lost', this.shard.shardId)) this.#state = {};
    if (this.#faults.strikes('window is delivered again from its start', this.shard.shardId)) {
      this.#position = this.#windowBegan;
      this.#ends = [];
      this.#state = {};
    }
    if (this.#faults.strikes('mapping is created anew', this.shard.shardId)) {
      this.#position = 0;
      this.#ends = [];
      this.#beginWindow();
    }
    if (this.#faults.strikes('mapping gets or loses its window', this.shard.shardId)) {
      this.#hasWindow = !this.#hasWindow;
      this.#beginWindow();
    }
    const earlier = this.#returned.filter((state) => state['window'] !== `window ${this.#windowNumber}`);
    const stale = earlier[this.#about('stale state').below(Math.max(1, earlier.length))];
    if (
      this.#faults.strikes('window state is from an earlier window', this.shard.shardId) &&
      stale !== undefined
    ) {
      this.#state = stale;
    }
    const { segments } = this.#state;
    if (this.#faults.strikes('window state is cut short', this.shard.shardId) && Array.isArray(segments)) {
      this.#state = { ...this.#state, segments: segments.slice(1) };
    }
  }
}
