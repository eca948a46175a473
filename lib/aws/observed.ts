import type { MiddlewareObj } from '@middy/core';
import { MillraceError } from '../model/index.ts';
import { sequenceNumberOf, type KinesisEvent } from './kinesis-event.ts';

/**
 * Writes a failed invocation to the log once, as JSON, with what is needed to find the batch again, and the page of
 * docs/errors that says what to do; no payloads.
 */
export function observed(pipeline: string): MiddlewareObj<Partial<KinesisEvent>> {
  return {
    onError: ({ event: { shardId, Records = [] }, error }) => {
      const [first] = Records;
      console.error(
        errorLine(error, {
          pipeline,
          shardId: shardId ?? first?.eventID.split(':')[0],
          firstSequenceNumber: sequenceNumberOf(first),
          records: Records.length,
        }),
      );
    },
  };
}

/** What the log says of an error, and of what it happened to. */
export function errorLine(error: Error | null, subject: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    level: 'error',
    ...subject,
    error: error?.name,
    ...(error instanceof MillraceError && { code: error.code }),
    message: error?.message,
  });
}
