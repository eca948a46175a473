import { changesOf, count, pipeline, source, sum, tumbling } from 'millrace';
import { createHandler } from 'millrace/lambda';
import * as z from 'zod';

export const Account = z.object({ id: z.string(), owner: z.string(), cents: z.number() });

/** Changes of accounts as rows per owner, and transfers joined with the account as it is. */
export const ledger = pipeline('ledger', {
  sources: {
    accounts: changesOf(Account, { idleAfter: '1 second' }),
    transfers: source(z.object({ account: z.string(), cents: z.number() }), { timestamp: 'arrival' }),
  },
  build: ({ accounts, transfers }) => {
    const byAccount = accounts.keyBy(({ before, after }) => (after ?? before).id);
    const table = byAccount.asTable({ deleted: ({ kind }) => kind === 'remove' });
    const moved = accounts
      .map(({ before, after }) => ({
        owner: (after ?? before).owner,
        cents: (after?.cents ?? 0) - (before?.cents ?? 0),
      }))
      .keyBy(({ owner }) => owner)
      .window(tumbling('1 second'))
      .aggregate('moved', { changes: count(), cents: sum(({ cents }) => cents) });
    const named = transfers
      .keyBy(({ account }) => account)
      .joinLatest('named', table, {
        kind: 'left',
        select: ({ cents }, change) => ({ cents, owner: change?.after?.owner ?? 'nobody' }),
      });
    return { moved, named };
  },
});

export const handler = createHandler(ledger);
