import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  GetItemCommand,
  paginateQuery,
  PutItemCommand,
  type AttributeValue,
  type DynamoDBClient,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { createHash } from 'node:crypto';
import type { AppendResult, CheckpointRef, JournalEntry, JournalStore } from '../journal/index.ts';
import { RetryableError } from '../model/index.ts';
import { JOURNAL_KEY } from '../plan/index.ts';
import {
  CHECKPOINT_PREFIX,
  checkpointPrefix,
  ENTRY_PREFIX,
  entrySlot,
  fromItem,
  pieceSlot,
  piecesPrefix,
  toItem,
} from './journal-items.ts';

/** How many entries a task keeps. A checkpoint is taken before half of them are in use. */
const RING_SLOTS = 256;
/** A DynamoDB item may be 400 KB, names included. */
const PIECE_LIMIT_BYTES = 350_000;
const BATCH_LIMIT = 25;

/** The journal in a DynamoDB table: one item for each slot and each piece of a checkpoint. */
export class DynamoDbJournalStore implements JournalStore {
  readonly slots: number;
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string, slots: number = RING_SLOTS) {
    this.#client = client;
    this.#table = table;
    this.slots = slots;
  }

  async readSlot(task: string, n: number): Promise<JournalEntry | undefined> {
    const Key = itemKey(task, entrySlot(n, this.slots));
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true }),
    );
    return Item && fromItem(Item);
  }

  async readRing(task: string): Promise<readonly JournalEntry[]> {
    const items = await this.#query(task, ENTRY_PREFIX);
    return items.map(fromItem);
  }

  async append(task: string, entry: JournalEntry): Promise<AppendResult> {
    const conditions = ['attribute_not_exists(n)', 'n = :entryOneRingEarlier'];
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: toItem(task, this.slots, entry),
          ConditionExpression: conditions.join(' OR '),
          ExpressionAttributeValues: { ':entryOneRingEarlier': { N: String(entry.n - this.slots) } },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { kind: 'appended' };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // Not every endpoint hands the losing item back.
      const holder = error.Item === undefined ? await this.readSlot(task, entry.n) : fromItem(error.Item);
      return { kind: 'refused', holder };
    }
  }

  async writeCheckpoint(
    task: string,
    name: Pick<CheckpointRef, 'n' | 'writer'>,
    pieces: Iterable<Uint8Array>,
  ): Promise<CheckpointRef> {
    const hash = createHash('sha256');
    let count = 0;
    let bytes = 0;
    for (const part of itemSized(pieces)) {
      hash.update(part.bytes);
      bytes += part.bytes.length;
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
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

  async readCheckpoint(task: string, checkpoint: CheckpointRef): Promise<readonly Uint8Array[]> {
    const items = await this.#query(task, piecesPrefix(checkpoint));
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
      );
    }
    return joined(parts);
  }

  async removeCheckpoints(task: string, n: number, kept: readonly CheckpointRef[]): Promise<void> {
    const prefixes = kept.map(piecesPrefix);
    const items = await this.#query(task, CHECKPOINT_PREFIX, JOURNAL_KEY.sort);
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
      await this.#client.send(new BatchWriteItemCommand({ RequestItems: { [this.#table]: requests } }));
    }
  }

  async #query(task: string, prefix: string, only?: string): Promise<Record<string, AttributeValue>[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        ConsistentRead: true,
        KeyConditionExpression: '#task = :task AND begins_with(#slot, :prefix)',
        ExpressionAttributeNames: { '#task': JOURNAL_KEY.partition, '#slot': JOURNAL_KEY.sort },
        ExpressionAttributeValues: { ':task': { S: task }, ':prefix': { S: prefix } },
        ...(only !== undefined && { ProjectionExpression: '#slot' }),
      },
    );
    const items: Record<string, AttributeValue>[] = [];
    for await (const { Items = [] } of pages) items.push(...Items);
    return items;
  }
}

interface Part {
  readonly bytes: Uint8Array;
  /** The piece goes on in the next item. */
  readonly continues: boolean;
}

function itemKey(task: string, slot: string): Record<string, AttributeValue> {
  return { [JOURNAL_KEY.partition]: { S: task }, [JOURNAL_KEY.sort]: { S: slot } };
}

function* itemSized(pieces: Iterable<Uint8Array>): Iterable<Part> {
  for (const piece of pieces) {
    for (let start = 0; start < piece.length; start += PIECE_LIMIT_BYTES) {
      const end = start + PIECE_LIMIT_BYTES;
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
