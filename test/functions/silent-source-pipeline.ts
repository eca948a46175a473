import { count, pipeline, source, tumbling } from 'millrace';
import { createHandler } from 'millrace/lambda';
import * as z from 'zod';

/** A pipeline that counts in its source's own shards: nothing but ticks there can close its last windows. */
export const silentSource = pipeline('silent-source', {
  sources: {
    readings: source(z.object({ sensor: z.string(), n: z.number() }), {
      timestamp: 'arrival',
      idleAfter: '1 second',
    }),
  },
  build: ({ readings }) => ({
    counts: readings.byPartitionKey().window(tumbling('1 second')).aggregate('counts', { n: count() }),
  }),
});

export const handler = createHandler(silentSource);
