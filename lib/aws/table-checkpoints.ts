import { BatchWriteItemCommand, PutItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { createHash } from 'node:crypto';
import type { CheckpointRef } from '../journal/index.ts';
import { RetryableError } from '../model/index.ts';
import { JOURNAL_KEY } from '../plan/index.ts';
import type { CheckpointArchive, CheckpointName } from './checkpoint-archive.ts';
import { CHECKPOINT_PREFIX, checkpointPrefix, itemKey, pieceSlot, piecesPrefix } from './journal-items.ts';
import { queryItems, type JournalTable } from './journal-query.ts';

/** A DynamoDB item may be 400 KB, names included. */
export const ITEM_LIMIT_BYTES = 350_000;
const BATCH_LIMIT = 25;

/** Checkpoints in the journal table itself: an item for each piece, or several if it is too large for one. */
export class TableCheckpoints implements CheckpointArchive {
  readonly #table: JournalTable;

  constructor(table: JournalTable) {
    this.#table = table;
  }

  async write(task: string, name: CheckpointName, pieces: Iterable<Uint8Array>): Promise<CheckpointRef> {
    const hash = createHash('sha256');
    let count = 0;
    let bytes = 0;
    for (const part of itemSized(pieces)) {
      hash.update(part.bytes);
      bytes += part.bytes.length;
      await this.#table.client.send(
        new PutItemCommand({
          TableName: this.#table.name,
          Item: {
            ...itemKey(task, pieceSlot(name, count)),
            piece: { B: part.bytes },
            continues: { BOOL: part.continues },
          },
        }),
      );
      count += 1;
    }
    return { ...name, pieces: count, bytes, checksum: hash.digest('hex') };
  }

  async read(task: string, checkpoint: CheckpointRef): Promise<readonly Uint8Array[]> {
    const items = await queryItems(this.#table, task, piecesPrefix(checkpoint));
    const parts = items.map(({ piece, continues }) => ({
      bytes: piece?.B ?? new Uint8Array(),
      continues: continues?.BOOL ?? false,
    }));
    const hash = createHash('sha256');
    for (const { bytes } of parts) hash.update(bytes);
    if (parts.length !== checkpoint.pieces || hash.digest('hex') !== checkpoint.checksum) {
      throw new RetryableError(
        `checkpoint of entry ${checkpoint.n} of task "${task}" has ${parts.length} of ${checkpoint.pieces} pieces, or ` +
          'they are not those that were written; a newer checkpoint may have replaced it',
        { code: 'MR2005' },
      );
    }
    return joined(parts);
  }

  async removeUpTo(task: string, n: number, kept: readonly CheckpointName[]): Promise<void> {
    const prefixes = kept.map(piecesPrefix);
    const items = await queryItems(this.#table, task, CHECKPOINT_PREFIX, 'slots');
    const old = items
      .map((item) => item[JOURNAL_KEY.sort]?.S ?? '')
      .filter(
        (slot) => slot < checkpointPrefix(n + 1) && !prefixes.some((prefix) => slot.startsWith(prefix)),
      );
    for (let index = 0; index < old.length; index += BATCH_LIMIT) {
      const requests = old
        .slice(index, index + BATCH_LIMIT)
        .map((slot): WriteRequest => ({ DeleteRequest: { Key: itemKey(task, slot) } }));
      // What stays behind under throttling is removed by the next checkpoint.
      await this.#table.client.send(
        new BatchWriteItemCommand({ RequestItems: { [this.#table.name]: requests } }),
      );
    }
  }
}

interface Part {
  readonly bytes: Uint8Array;
  /** The piece goes on in the next item. */
  readonly continues: boolean;
}

function* itemSized(pieces: Iterable<Uint8Array>): Iterable<Part> {
  for (const piece of pieces) {
    for (let start = 0; start < piece.length; start += ITEM_LIMIT_BYTES) {
      const end = start + ITEM_LIMIT_BYTES;
      yield { bytes: piece.subarray(start, end), continues: end < piece.length };
    }
  }
}

function joined(parts: readonly Part[]): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let open: Uint8Array[] = [];
  for (const { bytes, continues } of parts) {
    open.push(bytes);
    if (continues) continue;
    pieces.push(Buffer.concat(open));
    open = [];
  }
  return pieces;
}
