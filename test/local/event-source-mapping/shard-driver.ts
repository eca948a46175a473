import { memoryCheckpoints } from '../../../lib/local/event-source-mapping/checkpoint.ts';
import type { SourceRecord } from '../../../lib/local/event-source-mapping/kinesis-event.ts';
import type { MappingEvent } from '../../../lib/local/event-source-mapping/mapping-event.ts';
import { DEFAULT_MODES, type Modes } from '../../../lib/local/event-source-mapping/modes.ts';
import {
  mappingParameters,
  type MappingParameters,
} from '../../../lib/local/event-source-mapping/parameters.ts';
import { runShard } from '../../../lib/local/event-source-mapping/shard-run.ts';
import { newShard, type ShardConfig } from '../../../lib/local/event-source-mapping/shard-state.ts';
import type { InvokeResult } from '../../../lib/local/lambda/index.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const STREAM_ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders';
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
export type Answer = InvokeResult | { readonly returns: unknown; readonly afterMs?: number };

export interface ShardScenario {
  readonly records: readonly SourceRecord[];
  /** When the shard ends; it never does if absent. */
  readonly closedAt?: number;
  readonly parameters?: Partial<MappingParameters>;
  readonly modes?: Partial<Modes>;
  readonly config?: Partial<ShardConfig>;
  /** Records one read returns at most. */
  readonly readLimit?: number;
  /** When the mapping is stopped. @default 10 minutes */
  readonly untilMs?: number;
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

/** Runs one shard in virtual time: nobody waits, sleeping moves the clock. */
export async function runVirtually(scenario: ShardScenario): Promise<ShardReport> {
  const { untilMs = 10 * MINUTE, readLimit = 10_000, closedAt = Infinity, answer } = scenario;
  const parameters = mappingParameters({ startingPosition: 'TRIM_HORIZON', ...scenario.parameters });
  const stopping = new AbortController();
  const deliveries: Delivery[] = [];
  const events: MappingEvent[] = [];
  let now = 0;
  let next = 0;
  const advance = (ms: number): void => {
    now += ms;
    if (now >= untilMs) stopping.abort();
  };
  const hasEnded = await runShard({
    initial: newShard('shardId-000000000000'),
    origin: { kind: 'trim-horizon' },
    config: {
      parameters,
      modes: { ...DEFAULT_MODES, ...scenario.modes },
      source: { streamArn: STREAM_ARN, region: 'us-east-1', roleArn: ROLE_ARN },
      retentionMs: 24 * HOUR,
      pollMs: SECOND,
      idleFinalMs: 2 * MINUTE,
      backoff: { baseMs: 400, factor: 2, maxMs: MINUTE },
      random: () => 0,
      ...scenario.config,
    },
    reader: {
      read: async () => {
        const from = next;
        while (next < scenario.records.length && next - from < readLimit) {
          if ((scenario.records[next]?.arrivalMs ?? 0) > now) break;
          next += 1;
        }
        const isDone = next === scenario.records.length;
        const isAtTip = isDone || (scenario.records[next]?.arrivalMs ?? 0) > now;
        return { records: scenario.records.slice(from, next), isAtTip, isEnd: isDone && now >= closedAt };
      },
    },
    invoke: async (event) => {
      const delivery = deliveryOf(event, now);
      deliveries.push(delivery);
      const given = answer?.(delivery, deliveries.length) ?? { returns: delivery.window && { state: {} } };
      if ('kind' in given) return given;
      advance(given.afterMs ?? 0);
      return { kind: 'ok', payload: given.returns === undefined ? '' : JSON.stringify(given.returns) };
    },
    checkpoints: memoryCheckpoints(),
    clock: { now: () => now, sleep: async (ms) => advance(Math.max(1, ms)) },
    signal: stopping.signal,
    onEvent: (event) => events.push(event),
    onDiscard: async () => true,
    onStep: () => {},
  });
  return { deliveries, events, hasEnded };
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
