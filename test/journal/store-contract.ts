import { describe, expect, test } from '@jest/globals';
import type { JournalEntry, JournalStore } from '../../lib/journal/index.ts';
import { after } from '../../lib/model/index.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

/** The n-th entry as the writer of that name would append it. */
export function entry(n: number, writer = 'w', more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    format: 1,
    n,
    kind: 'delta',
    through: after(String(1000 + n)),
    writer,
    mayLeaveTails: true,
    shapes: { 'per-minute': 'tumbling 1 minute { orders: count }' },
    delta: bytes(`delta ${n}`),
    ...more,
  };
}

/** What every journal store must do. `newStore` gives an empty one with this many slots. */
export function journalStoreContract(name: string, newStore: (slots: number) => Promise<JournalStore>): void {
  describe(`${name}:`, () => {
    test('an entry is read as it was appended', async () => {
      const store = await newStore(4);
      const whole = entry(0, 'w', {
        kind: 'fork',
        outbox: bytes('outbox'),
        outboxPieces: { n: 0, writer: 'w.outbox', place: 'bucket', pieces: 1, bytes: 3, checksum: 'def' },
        checkpoint: { n: 0, writer: 'w', pieces: 2, bytes: 9, checksum: 'abc' },
      });

      await store.append('task', whole);

      expect(await store.readSlot('task', 0)).toEqual(whole);
      expect(await store.readRing('task')).toEqual([whole]);
    });

    test('an entry can be appended by one writer only, and the other is shown who it was', async () => {
      const store = await newStore(4);

      const results = await Promise.all(
        ['a', 'b', 'c', 'd'].map((writer) => store.append('task', entry(0, writer))),
      );

      const winner = (await store.readSlot('task', 0))?.writer ?? '';
      expect(results.filter(({ kind }) => kind === 'appended')).toHaveLength(1);
      for (const result of results) {
        if (result.kind === 'refused') expect(result.holder).toEqual(entry(0, winner));
      }
    });

    test('the ring takes an entry over the one that lies exactly one ring earlier', async () => {
      const store = await newStore(3);
      for (const n of [0, 1, 2]) await store.append('task', entry(n));

      expect(await store.append('task', entry(3))).toEqual({ kind: 'appended' });

      const ring = await store.readRing('task');
      expect(ring.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    });

    test.each([
      ['an older entry', 0],
      ['the same entry', 3],
      ['an entry two rings later', 9],
    ])('a slot refuses %s', async (_, n) => {
      const store = await newStore(3);
      for (const earlier of [0, 1, 2, 3]) await store.append('task', entry(earlier));

      const result = await store.append('task', entry(n, 'late'));

      expect(result).toEqual({ kind: 'refused', holder: entry(3) });
    });

    test('tasks do not see each other', async () => {
      const store = await newStore(3);
      await store.append('task', entry(0));

      expect(await store.readSlot('other', 0)).toBeUndefined();
      expect(await store.append('other', entry(0))).toEqual({ kind: 'appended' });
    });

    test('a checkpoint is read as it was written, also one larger than an item', async () => {
      const store = await newStore(3);
      const pieces = [bytes('small'), new Uint8Array(800_000).map((_, index) => index % 251), bytes('last')];

      const ref = await store.writeCheckpoint('task', { n: 7, writer: 'w' }, pieces);

      const read = await store.readCheckpoint('task', ref);
      expect(read.map((piece) => Buffer.from(piece))).toEqual(pieces.map((piece) => Buffer.from(piece)));
      expect(ref).toMatchObject({ n: 7, writer: 'w', bytes: 800_009 });
    });

    test('attempts at one checkpoint do not disturb each other', async () => {
      const store = await newStore(3);
      const mine = await store.writeCheckpoint('task', { n: 7, writer: 'mine' }, [bytes('mine')]);

      await store.writeCheckpoint('task', { n: 7, writer: 'zombie' }, [bytes('theirs'), bytes('more')]);

      const read = await store.readCheckpoint('task', mine);
      expect(read.map((piece) => Buffer.from(piece).toString())).toEqual(['mine']);
    });

    test('older checkpoints and lost attempts are removed, the kept one and newer ones stay', async () => {
      const store = await newStore(3);
      const old = await store.writeCheckpoint('task', { n: 3, writer: 'w' }, [bytes('old')]);
      const lost = await store.writeCheckpoint('task', { n: 7, writer: 'loser' }, [bytes('lost')]);
      const kept = await store.writeCheckpoint('task', { n: 7, writer: 'w' }, [bytes('kept')]);
      const newer = await store.writeCheckpoint('task', { n: 8, writer: 'other' }, [bytes('newer')]);

      await store.removeCheckpoints('task', 7, [kept]);

      await expect(store.readCheckpoint('task', old)).rejects.toThrow(/entry 3 of task "task"/);
      await expect(store.readCheckpoint('task', lost)).rejects.toThrow(/entry 7 of task "task"/);
      expect(await store.readCheckpoint('task', kept)).toHaveLength(1);
      expect(await store.readCheckpoint('task', newer)).toHaveLength(1);
    });
  });
}
