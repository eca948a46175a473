import { randomUUID } from 'node:crypto';
import { messageOf } from '../../model/errors.ts';
import type { WaitingClock } from './waiting-clock.ts';
import type { MappingEvent, RecordDiscarded } from './mapping-event.ts';

/**
 * What a failure destination is told about records that were given up: where they are, not what they hold.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export interface FailureMessage {
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
  readonly KinesisBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly approximateArrivalOfFirstRecord: string;
    readonly approximateArrivalOfLastRecord: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
}

/** Where the messages go. One that rejects gets the message again. */
export type FailureDestination = (message: FailureMessage) => Promise<void>;

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
    KinesisBatchInfo: {
      shardId: discarded.shardId,
      startSequenceNumber: discarded.firstSequenceNumber ?? '',
      endSequenceNumber: discarded.lastSequenceNumber ?? '',
      approximateArrivalOfFirstRecord: new Date(discarded.firstArrivalMs).toISOString(),
      approximateArrivalOfLastRecord: new Date(discarded.lastArrivalMs).toISOString(),
      batchSize: discarded.records,
      streamArn,
    },
  };
}

/**
 * Tells `destination` about every discard, again and again until it has taken it or `signal` is aborted.
 * Without a destination records are given up silently, as Lambda does.
 */
export function discardTo(
  destination: FailureDestination | undefined,
  source: { functionArn: string; streamArn: string },
  {
    clock,
    onEvent,
    retryMs,
  }: { clock: WaitingClock; onEvent: (event: MappingEvent) => void; retryMs: number },
  signal: AbortSignal,
): (discarded: RecordDiscarded) => Promise<boolean> {
  return async (discarded) => {
    if (destination === undefined) return true;
    const message = failureMessage(discarded, { ...source, requestId: randomUUID() });
    while (!signal.aborted) {
      try {
        await destination(message);
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
