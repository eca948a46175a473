import { randomUUID } from 'node:crypto';
import { isTableStream } from '../../aws/kinesis-event.ts';
import { messageOf } from '../../model/errors.ts';
import { isoSeconds, kinesisEvent, type EventSource } from './kinesis-event.ts';
import type { MappingEvent, RecordDiscarded } from './mapping-event.ts';
import type { Modes } from './modes.ts';
import type { WaitingClock } from './waiting-clock.ts';

interface Failure {
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
    readonly approximateInvokeCount: number;
  };
  /** Absent if the records expired. */
  readonly responseContext?: {
    readonly statusCode: 200;
    readonly executedVersion: '$LATEST';
    /** Null if the function itself reported the records. */
    readonly functionError: 'Unhandled' | null;
  };
  readonly version: '1.0';
  readonly timestamp: string;
}

interface BatchInfo {
  readonly shardId: string;
  readonly startSequenceNumber: string;
  readonly endSequenceNumber: string;
  readonly approximateArrivalOfFirstRecord: string;
  readonly approximateArrivalOfLastRecord: string;
  readonly batchSize: number;
  readonly streamArn: string;
}

/**
 * What a failure destination is told about records that were given up: where they are, not what they hold.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export type FailureMessage = Failure &
  ({ readonly KinesisBatchInfo: BatchInfo } | { readonly DDBStreamBatchInfo: BatchInfo });

/** The records a message is about. */
export function batchInfoOf(message: FailureMessage): BatchInfo {
  return 'KinesisBatchInfo' in message ? message.KinesisBatchInfo : message.DDBStreamBatchInfo;
}

/**
 * Where the messages go. One that rejects gets the message again.
 * @param payload the event that was not delivered, which buckets are given as well
 */
export type OnFailure = (message: FailureMessage, payload: object | string) => Promise<void>;

export function failureMessage(
  discarded: RecordDiscarded,
  { functionArn, streamArn, requestId }: { functionArn: string; streamArn: string; requestId: string },
): FailureMessage {
  const hasExpired = discarded.reason === 'record-age-exceeded';
  return {
    requestContext: {
      requestId,
      functionArn,
      condition: hasExpired ? 'RecordAgeExceeded' : 'RetryAttemptsExhausted',
      approximateInvokeCount: Math.max(1, discarded.attempt),
    },
    ...(!hasExpired && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        functionError: discarded.functionError,
      },
    }),
    version: '1.0',
    timestamp: new Date(discarded.at).toISOString(),
    ...(isTableStream(streamArn)
      ? { DDBStreamBatchInfo: batchInfo(discarded, streamArn, isoSeconds) }
      : { KinesisBatchInfo: batchInfo(discarded, streamArn, (ms) => new Date(ms).toISOString()) }),
  };
}

function batchInfo(discarded: RecordDiscarded, streamArn: string, iso: (ms: number) => string): BatchInfo {
  return {
    shardId: discarded.shardId,
    startSequenceNumber: discarded.firstSequenceNumber ?? '',
    endSequenceNumber: discarded.lastSequenceNumber ?? '',
    approximateArrivalOfFirstRecord: iso(discarded.firstArrivalMs),
    approximateArrivalOfLastRecord: iso(discarded.lastArrivalMs),
    batchSize: discarded.records,
    streamArn,
  };
}

/**
 * Tells `destination` about every discard, again and again until it has taken it or `signal` is aborted.
 * Without a destination records are given up silently, as Lambda does.
 */
export function discardTo(
  destination: OnFailure | undefined,
  mapping: { functionArn: string; streamArn: string; source: EventSource; modes: Pick<Modes, 'failedEvent'> },
  {
    clock,
    onEvent,
    retryMs,
  }: { clock: WaitingClock; onEvent: (event: MappingEvent) => void; retryMs: number },
  signal: AbortSignal,
): (discarded: RecordDiscarded) => Promise<boolean> {
  return async (discarded) => {
    if (destination === undefined) return true;
    const message = failureMessage(discarded, { ...mapping, requestId: randomUUID() });
    const event = kinesisEvent(mapping.source, discarded.shardId, discarded.discarded);
    const payload = mapping.modes.failedEvent === 'object' ? event : JSON.stringify(event);
    while (!signal.aborted) {
      try {
        await destination(message, payload);
        return true;
      } catch (error) {
        const { shardId } = discarded;
        onEvent({ kind: 'destination-failed', shardId, at: clock.now(), message: messageOf(error) });
        await clock.sleep(retryMs, signal);
      }
    }
    return false;
  };
}
