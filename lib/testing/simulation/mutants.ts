import type { JournalEntry } from '../../journal/index.ts';
import {
  decode,
  decodeParcel,
  encode,
  encodeParcel,
  HASH_KEYS,
  SHARD_START,
  type InputRecord,
  type TableOutput,
} from '../../model/index.ts';
import { withRecords, withSinks, withStore, withStream, withTail, type Mutate } from './broken-world.ts';

/** Ways to break the protocol of one stage, or what it relies on, by what is broken. Each must be noticed. */
export const MUTANTS: Readonly<Record<string, Mutate>> = {
  'the append has no condition': withStore((store) => {
    const lost = new Map<string, JournalEntry>();
    const nameOf = (task: string, n: number): string => `${task} ${n % store.slots}`;
    return {
      append: async (task, entry) => {
        const result = await store.append(task, entry);
        if (result.kind === 'refused') lost.set(nameOf(task, entry.n), entry);
        return { kind: 'appended' };
      },
      readSlot: async (task, n) => lost.get(nameOf(task, n)) ?? store.readSlot(task, n),
      readRing: async (task) =>
        (await store.readRing(task)).map((entry) => lost.get(nameOf(task, entry.n)) ?? entry),
    };
  }),
  'the loser of an append believes it has won': withStore((store) => ({
    append: async (task, entry) => {
      await store.append(task, entry);
      return { kind: 'appended' };
    },
  })),
  'a tail of an earlier window is taken for one of this window': withTail((tail, { windowId = '' }) => ({
    tail,
    window: windowId,
  })),
  'a tail is taken to continue the newest entry': withTail((tail, { windowId = '' }, tip) => ({
    tail: { ...tail, n: tip },
    window: windowId,
  })),
  'a gap is taken for the end of the log': withStream((stream) => ({
    readAfter: async function* (shardId, position) {
      for await (const records of stream.readAfter(shardId, position)) yield records.slice(-1);
    },
  })),
  'a child shard begins without its parents': withStream((stream) => ({
    describeShard: async (shardId) => {
      const facts = await stream.describeShard(shardId);
      return facts && { ...facts, parents: [] };
    },
  })),
  'a child shard takes every key of its parents': withStream((stream) => ({
    describeShard: async (shardId) => {
      const facts = await stream.describeShard(shardId);
      return facts && { ...facts, firstHash: 0n, lastHash: HASH_KEYS - 1n };
    },
  })),
  'the watermark is forgotten in a checkpoint': withStore((store) => ({
    readCheckpoint: async (task, ref) =>
      (await store.readCheckpoint(task, ref)).map((piece) => {
        const [, , ...rest] = decode(piece) as unknown[];
        return Array.isArray(rest[0]) ? encode([-Infinity, -Infinity, ...rest]) : piece;
      }),
  })),
  'a piece of a checkpoint is lost': withStore((store) => ({
    readCheckpoint: async (task, ref) => {
      const pieces = await store.readCheckpoint(task, ref);
      return pieces.length > 1 ? pieces.slice(0, -1) : pieces;
    },
  })),
  'a checkpoint is removed that an entry still points at': withStore((store) => ({
    removeCheckpoints: (task, n) => store.removeCheckpoints(task, n, []),
  })),
  'the outbox is not journaled': withStore((store) => ({
    append: (task, { outbox: _outbox, outboxPieces: _pieces, ...entry }) => store.append(task, entry),
  })),
  'a delta is not journaled': withStore((store) => ({
    append: (task, entry) =>
      store.append(
        task,
        entry.delta && entry.n % 5 === 4 ? { ...entry, delta: encode([-Infinity, -Infinity, []]) } : entry,
      ),
  })),
  'the position runs ahead of the state': withStore((store) => ({
    append: (task, entry) =>
      store.append(task, entry.kind === 'start' ? { ...entry, through: farAhead(entry) } : entry),
  })),
  'the position falls behind the state': withStore((store) => ({
    append: (task, entry) =>
      store.append(task, entry.n % 5 === 4 ? { ...entry, through: SHARD_START } : entry),
  })),
  'sequence numbers are compared as numbers': withRecords(asNumber),
  'undelivered outputs are called delivered': withSinks(({ sinks }) => async (outputs) => {
    await sinks.deliver(outputs.slice(1));
    return [];
  }),
  'an output has another identity each time': withSinks(({ sinks, newToken }) => (outputs) => {
    const index = Number(newToken().slice('token-'.length));
    return sinks.deliver(outputs.map((output): TableOutput => ({ ...output, id: { ...output.id, index } })));
  }),
};

/** The same between stages. */
export const SHUFFLE_MUTANTS: Readonly<Record<string, Mutate>> = {
  'a parcel that went astray is taken where it is': withRecords((record, shardId) => {
    const parcel = decodeParcel(record.data, shardId);
    return parcel === undefined ? record : { ...record, data: encodeParcel({ ...parcel, shard: shardId }) };
  }),
  'a parcel loses its last packet': withRecords((record, shardId) => {
    const parcel = decodeParcel(record.data, shardId);
    if (parcel === undefined || parcel.packets.length < 2) return record;
    return { ...record, data: encodeParcel({ ...parcel, packets: parcel.packets.slice(0, -1) }) };
  }),
};

/** A number has 53 bits for the digits of what needs more. */
function asNumber(record: InputRecord): InputRecord {
  return { ...record, sequenceNumber: String(BigInt(Number(record.sequenceNumber))) };
}

function farAhead({ through }: JournalEntry): JournalEntry['through'] {
  return through.kind === 'shard-start'
    ? through
    : { ...through, sequenceNumber: String(BigInt(through.sequenceNumber) + 40n) };
}
