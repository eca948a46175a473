import { count, pipeline, source, tumbling } from 'millrace';
import * as z from 'zod';

export const OUT_OF_ORDER_MS = 200;
export const WINDOW_MS = 1_000;

const Reading = z.object({ meter: z.string(), at: z.number() });
const readings = source(Reading, { timestamp: (reading) => reading.at, outOfOrder: OUT_OF_ORDER_MS });

/** Readings of each meter per second, in the stage of the source and behind a shuffle. */
export const meterings = {
  oneStage: pipeline('one-stage', {
    sources: { readings },
    build: ({ readings: all }) => ({
      counts: all.byPartitionKey().window(tumbling(WINDOW_MS)).aggregate('counts', { readings: count() }),
    }),
  }),
  twoStages: pipeline('two-stages', {
    sources: { readings },
    build: ({ readings: all }) => ({
      counts: all
        .keyBy((reading) => reading.meter)
        .window(tumbling(WINDOW_MS))
        .aggregate('counts', { readings: count() }),
    }),
  }),
};
