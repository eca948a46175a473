import { max, pipeline, resultsOf, sum } from 'millrace';
import { createHandler } from 'millrace/lambda';
import * as z from 'zod';

const Moved = z.object({ key: z.string(), windowEnd: z.number(), changes: z.number(), cents: z.number() });

/** What has moved per owner altogether, from the rows of `ledger`. */
export const totals = pipeline('totals', {
  sources: { moved: resultsOf('moved', Moved) },
  build: ({ moved }) => ({
    totals: moved
      .flatMap(({ kind, after }) => (kind === 'insert' ? [after] : []))
      .keyBy(({ key }) => key)
      .aggregate('totals', {
        changes: sum(({ changes }) => changes),
        cents: sum(({ cents }) => cents),
        until: max(({ windowEnd }) => windowEnd),
      }),
  }),
});

export const handler = createHandler(totals);
