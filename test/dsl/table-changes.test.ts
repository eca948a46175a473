import { describe, expect, test } from '@jest/globals';
import { changesOf, count, pipeline, tumbling } from 'millrace';
import { testDriver } from 'millrace/testing';
import { describePlan, planOf } from '../../lib/plan/index.ts';
import { Account, ledger } from '../support/ledger.ts';

const account = (id: string, cents: number) => ({ id, owner: `owner of ${id}`, cents });

const keyless = () =>
  planOf(
    pipeline('keyless', {
      sources: { accounts: changesOf(Account) },
      build: ({ accounts }) => ({
        counts: accounts.byPartitionKey().window(tumbling('1 minute')).aggregate('counts', { n: count() }),
      }),
    }),
  );

describe('changes of a table', () => {
  test('are a stream, and the table they make', () => {
    const driver = testDriver(ledger);

    driver.sources.accounts.sendAt(0, { kind: 'insert', before: undefined, after: account('a', 5) });
    driver.sources.transfers.sendAt(1, { account: 'a', cents: 1 });
    driver.sources.accounts.sendAt(2, { kind: 'modify', before: account('a', 5), after: account('a', 7) });
    driver.sources.accounts.sendAt(3, { kind: 'remove', before: account('a', 7), after: undefined });
    driver.sources.transfers.sendAt(4, { account: 'a', cents: 2 });
    driver.drain();

    expect(driver.sinks.named.take()).toEqual([
      { cents: 1, owner: 'owner of a' },
      { cents: 2, owner: 'nobody' },
    ]);
    expect(driver.sinks.moved.take()).toEqual([
      { key: 'owner of a', windowStart: 0, windowEnd: 1_000, changes: 3, cents: 0 },
    ]);
  });

  test.each([
    [{ kind: 'insert', after: { id: 'a' } }, 'after.owner: '],
    [
      { kind: 'modify', after: account('a', 1) },
      'before: the stream of the table has no such image; give the table a stream with NEW_AND_OLD_IMAGES',
    ],
    [{ kind: 'other' }, 'kind: it is "other"; it must be insert, modify or remove'],
  ])('go to the dead letters if they are %j', (change, message) => {
    const driver = testDriver(ledger);

    driver.sources.accounts.sendRaw(JSON.stringify(change));

    expect(driver.takeDeadLetters()).toEqual([
      expect.objectContaining({ reason: 'invalid', message: expect.stringContaining(message) }),
    ]);
  });

  test('have no partition key', () => {
    expect(keyless).toThrow(
      'byPartitionKey() follows "accounts", whose changes come from a table and have no partition key of a producer; use ' +
        'keyBy(…)',
    );
  });

  test('are named in the plan', () => {
    expect(describePlan(planOf(ledger))).toContain('reads the changes of table accounts');
  });
});
