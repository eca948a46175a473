import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { AppendResult, CheckpointRef, JournalEntry, JournalStore } from '../journal/index.ts';
import type { CheckpointName } from './checkpoint-archive.ts';
import { ENTRY_PREFIX, entrySlot, fromItem, itemKey, toItem } from './journal-items.ts';
import { queryItems, type JournalTable } from './journal-query.ts';
import { TableCheckpoints } from './table-checkpoints.ts';

/** How many entries a task keeps. A checkpoint is taken before half of them are in use. */
const RING_SLOTS = 256;

/** The journal in a DynamoDB table: one item for each slot and each piece of a checkpoint. */
export class DynamoDbJournalStore implements JournalStore {
  readonly slots: number;
  readonly #table: JournalTable;
  readonly #checkpoints: TableCheckpoints;

  constructor(client: DynamoDBClient, table: string, slots: number = RING_SLOTS) {
    this.#table = { client, name: table };
    this.#checkpoints = new TableCheckpoints(this.#table);
    this.slots = slots;
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
