import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { AppendResult, CheckpointRef, JournalEntry, JournalStore } from '../journal/index.ts';
import type { CheckpointArchive, CheckpointName } from './checkpoint-archive.ts';
import { ENTRY_PREFIX, entrySlot, fromItem, itemKey, toItem } from './journal-items.ts';
import { queryItems, type JournalTable } from './journal-query.ts';
import { ITEM_LIMIT_BYTES, TableCheckpoints } from './table-checkpoints.ts';
import { TieredCheckpoints } from './tiered-checkpoints.ts';

/** How many entries a task keeps. A checkpoint is taken before half of them are in use. */
const RING_SLOTS = 256;

/** How many entries a task keeps, and where its checkpoints go. */
export interface DynamoDbJournalStoreOptions {
  /** @default 256 */
  readonly slots?: number;
  /**
   * Where checkpoints go that are too large for an item.
   * @default they are cut into items of the table
   */
  readonly bucket?: CheckpointArchive | undefined;
  /** A checkpoint that is larger goes to the bucket. @default 350,000: what fits an item */
  readonly tableLimitBytes?: number;
}

/** The journal in a DynamoDB table: one item for each slot, and checkpoints beside them or in a bucket. */
export class DynamoDbJournalStore implements JournalStore {
  readonly slots: number;
  readonly #table: JournalTable;
  readonly #checkpoints: CheckpointArchive;

  constructor(
    client: DynamoDBClient,
    table: string,
    { slots = RING_SLOTS, bucket, tableLimitBytes = ITEM_LIMIT_BYTES }: DynamoDbJournalStoreOptions = {},
  ) {
    this.slots = slots;
    this.#table = { client, name: table };
    this.#checkpoints = new TieredCheckpoints({
      table: new TableCheckpoints(this.#table),
      bucket,
      tableLimitBytes,
    });
  }

  async readSlot(task: string, n: number): Promise<JournalEntry | undefined> {
    const Key = itemKey(task, entrySlot(n, this.slots));
    const { Item } = await this.#table.client.send(
      new GetItemCommand({ TableName: this.#table.name, Key, ConsistentRead: true }),
    );
    return Item && fromItem(Item);
  }

  async readRing(task: string): Promise<readonly JournalEntry[]> {
    const items = await queryItems(this.#table, task, ENTRY_PREFIX);
    return items.map(fromItem);
  }

  async append(task: string, entry: JournalEntry): Promise<AppendResult> {
    const conditions = ['attribute_not_exists(n)', 'n = :entryOneRingEarlier'];
    try {
      await this.#table.client.send(
        new PutItemCommand({
          TableName: this.#table.name,
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

  writeCheckpoint(task: string, name: CheckpointName, pieces: Iterable<Uint8Array>): Promise<CheckpointRef> {
    return this.#checkpoints.write(task, name, pieces);
  }

  readCheckpoint(task: string, checkpoint: CheckpointRef): Promise<readonly Uint8Array[]> {
    return this.#checkpoints.read(task, checkpoint);
  }

  removeCheckpoints(task: string, n: number, kept: readonly CheckpointRef[]): Promise<void> {
    return this.#checkpoints.removeUpTo(task, n, kept);
  }
}
