import {
  memoryCheckpoints,
  type Checkpoint,
  type Checkpoints,
} from '../../../lib/local/event-source-mapping/checkpoint.ts';
import type { FaultOf } from '../../../lib/local/event-source-mapping/faults.ts';
import type { SourceRecord } from '../../../lib/local/event-source-mapping/kinesis-event.ts';
import type { MappingEvent } from '../../../lib/local/event-source-mapping/mapping-event.ts';
import { DEFAULT_MODES, type Modes } from '../../../lib/local/event-source-mapping/modes.ts';
import {
  mappingParameters,
  type MappingParameters,
} from '../../../lib/local/event-source-mapping/parameters.ts';
import { runShard } from '../../../lib/local/event-source-mapping/shard-run.ts';
import type { ShardReader } from '../../../lib/local/event-source-mapping/shard-reader.ts';
import type { ShardConfig } from '../../../lib/local/event-source-mapping/shard-state.ts';
import type { InvokeResult } from '../../../lib/local/lambda/index.ts';
import type { Clock } from '../../../lib/time/clock.ts';
import { FOREVER, virtualClock } from './virtual-clock.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const STREAM_ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders';
export const SHARD_ID = 'shardId-000000000000';
export const ROLE_ARN = 'arn:aws:iam::000000000000:role/local';

/** What the function saw of one invocation. `records` are sequence numbers. */
export interface Delivery {
  readonly at: number;
  readonly records: readonly string[];
  readonly window?: { readonly start: string; readonly end: string };
  readonly state?: unknown;
  readonly isFinal?: boolean;
  readonly isTerminatedEarly?: boolean;
  readonly bytes: number;
}

/** What a function answers: a value becomes a successful response. */
export type Answer = (InvokeResult | { readonly returns: unknown }) & { readonly afterMs?: number };

export interface ShardScenario {
  readonly records: readonly SourceRecord[];
  /** When the shard ends; it never does if absent. */
  readonly closedAt?: number;
  readonly parameters?: Partial<MappingParameters>;
  readonly modes?: Partial<Modes>;
  readonly config?: Partial<ShardConfig>;
  /** @default in memory, for this run */
  readonly checkpoints?: Checkpoints;
  /** Records one read returns at most. */
  readonly readLimit?: number;
  /** When the mapping is stopped. @default 10 minutes */
  readonly untilMs?: number;
  readonly fault?: FaultOf;
  readonly answer?: (delivery: Delivery, count: number) => Answer;
}

export interface ShardReport {
  readonly deliveries: readonly Delivery[];
  readonly events: readonly MappingEvent[];
  readonly hasEnded: boolean;
}

export function record(sequence: number, arrivalMs = 0, data = 'x', partitionKey = 'k'): SourceRecord {
  return { sequenceNumber: String(sequence), partitionKey, data: Buffer.from(data), arrivalMs };
}

export function records(from: number, to: number, arrivalMs = 0): readonly SourceRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => record(from + index, arrivalMs));
}

export function failing(...sequenceNumbers: readonly unknown[]): Answer {
  return { returns: { batchItemFailures: sequenceNumbers.map((itemIdentifier) => ({ itemIdentifier })) } };
}

export const CRASH: InvokeResult = { kind: 'function-error', errorType: 'Error', message: 'no' };

const ORIGIN = { kind: 'trim-horizon' } as const;
const UNREAD: Checkpoint = { origin: ORIGIN, position: undefined, window: undefined, isEnded: false };

/** Runs one shard in virtual time: nobody waits, the clock moves when all sleep. */
export async function runVirtually(scenario: ShardScenario): Promise<ShardReport> {
  const { untilMs = 10 * MINUTE, checkpoints = memoryCheckpoints(), answer } = scenario;
  const parameters = mappingParameters({ startingPosition: 'TRIM_HORIZON', ...scenario.parameters });
  const stopping = new AbortController();
  const deliveries: Delivery[] = [];
  const events: MappingEvent[] = [];
  const clock = virtualClock((now) => now >= untilMs && stopping.abort());
  const hasEnded = await runShard({
    shardId: SHARD_ID,
    saved: (await checkpoints.load(SHARD_ID)) ?? UNREAD,
    config: {
      parameters,
      modes: { ...DEFAULT_MODES, ...scenario.modes },
      source: { arn: STREAM_ARN, region: 'us-east-1', roleArn: ROLE_ARN },
      retentionMs: 24 * HOUR,
      pollMs: SECOND,
      idleFinalMs: 2 * MINUTE,
      backoff: { baseMs: 400, factor: 2, maxMs: MINUTE },
      random: () => 0,
      ...scenario.config,
    },
    readerOf: (_, after) => readerOf(scenario, after, clock),
    invoke: async (event) => {
      const delivery = deliveryOf(event, clock.now());
      deliveries.push(delivery);
      const given = answer?.(delivery, deliveries.length) ?? { returns: delivery.window && { state: {} } };
      if (given.afterMs !== undefined) await clock.sleep(given.afterMs, FOREVER);
      if ('kind' in given) return given;
      return { kind: 'ok', payload: given.returns === undefined ? '' : JSON.stringify(given.returns) };
    },
    faultOf: scenario.fault ?? (() => undefined),
    checkpoints,
    clock,
    signal: stopping.signal,
    onEvent: (event) => events.push(event),
    onDiscard: async () => true,
    onStep: () => {},
  });
  return { deliveries, events, hasEnded };
}

/** Reads what has arrived by now behind `after`. */
function readerOf(
  { records: all, readLimit = 10_000, closedAt = Infinity }: ShardScenario,
  after: string | undefined,
  clock: Clock,
): ShardReader {
  let next = all.findIndex(({ sequenceNumber }) => sequenceNumber === after) + 1;
  return {
    read: async () => {
      const hasArrived = (index: number): boolean => (all[index]?.arrivalMs ?? Infinity) <= clock.now();
      const from = next;
      while (next - from < readLimit && hasArrived(next)) next += 1;
      const isEnd = next === all.length && clock.now() >= closedAt;
      return { records: all.slice(from, next), isAtTip: !hasArrived(next), isEnd };
    },
  };
}

interface KinesisEvent {
  readonly Records: readonly { readonly kinesis: { readonly sequenceNumber: string } }[];
  readonly window?: { readonly start: string; readonly end: string };
  readonly state?: unknown;
  readonly isFinalInvokeForWindow?: boolean;
  readonly isWindowTerminatedEarly?: boolean;
}

function deliveryOf(event: object, at: number): Delivery {
  const payload = JSON.stringify(event);
  const parsed: KinesisEvent = JSON.parse(payload);
  const common = {
    at,
    records: parsed.Records.map(({ kinesis }) => kinesis.sequenceNumber),
    bytes: Buffer.byteLength(payload),
  };
  if (parsed.window === undefined) return common;
  return {
    ...common,
    window: parsed.window,
    state: parsed.state,
    isFinal: parsed.isFinalInvokeForWindow === true,
    isTerminatedEarly: parsed.isWindowTerminatedEarly === true,
  };
}

/** The sequence numbers of each delivery. */
export function batches({ deliveries }: ShardReport): readonly (readonly string[])[] {
  return deliveries.map((delivery) => delivery.records);
}
