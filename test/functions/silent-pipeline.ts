import { count, pipeline, source, tumbling } from 'millrace';
import { createHandler } from 'millrace/lambda';
import * as z from 'zod';

/** A pipeline by arrival time whose stream falls silent. */
export const silent = pipeline('silent', {
  sources: {
    readings: source(z.object({ sensor: z.string(), n: z.number() }), {
      timestamp: 'arrival',
      idleAfter: '1 second',
    }),
  },
  build: ({ readings }) => ({
    counts: readings
      .keyBy(({ sensor }) => sensor)
      .window(tumbling('1 second'))
      .aggregate('counts', { n: count() }),
  }),
});

export const handler = createHandler(silent);
