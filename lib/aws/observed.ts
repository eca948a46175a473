import type { MiddlewareObj } from '@middy/core';
import type { KinesisEvent } from './kinesis-event.ts';

/** Writes a failed invocation to the log once, as JSON, with what is needed to find the batch again; no payloads. */
export function observed(pipeline: string): MiddlewareObj<KinesisEvent> {
  return {
    onError: ({ event, error }) => {
      const [first] = event.Records;
      console.error(
        JSON.stringify({
          level: 'error',
          pipeline,
          shardId: event.shardId ?? first?.eventID.split(':')[0],
          firstSequenceNumber: first?.kinesis.sequenceNumber,
          records: event.Records.length,
          error: error?.name,
          message: error?.message,
        }),
      );
    },
  };
}
