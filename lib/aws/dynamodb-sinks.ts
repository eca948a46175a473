import {
  ConditionalCheckFailedException,
  PutItemCommand,
  type DynamoDBClient,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { OutputSinks } from '../engine/index.ts';
import {
  messageOf,
  type AppendOutput,
  type DeadLetterOutput,
  type TableOutput,
  type RowOutput,
} from '../model/index.ts';
import { RESULTS_KEY } from '../plan/index.ts';
import { toResultItem, VERSION } from './output-items.ts';

const CONCURRENCY = 32;

/** The names of the tables that outputs are put into. */
export interface SinkTables {
  readonly results: string;
  readonly deadLetters: string;
}

/**
 * Writes outputs to DynamoDB: rows as versioned upserts, events and dead letters as items that are put once. An output
 * that was delivered before fails its condition, and that is success: each change stands in the table's stream once.
 */
export class DynamoDbSinks implements OutputSinks {
  readonly #client: DynamoDBClient;
  readonly #tables: SinkTables;

  constructor(client: DynamoDBClient, tables: SinkTables) {
    this.#client = client;
    this.#tables = tables;
  }

  /** What fails is handed back; it is tried again with the next batch. Outputs of one item keep their order. */
  async deliver(outputs: readonly TableOutput[], signal?: AbortSignal): Promise<readonly TableOutput[]> {
    const queue = [...itemsInOrder(outputs).values()].values();
    const undelivered = new Map<TableOutput, unknown>();
    const worker = async (): Promise<void> => {
      for (const sameItem of queue) await this.#deliverInOrder(sameItem, undelivered, signal);
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, outputs.length) }, worker));
    const [firstError] = undelivered.values();
    if (undelivered.size > 0) {
      const message = `${undelivered.size} outputs wait to be delivered: ${messageOf(firstError)}`;
      console.error(JSON.stringify({ level: 'warn', message }));
    }
    return outputs.filter((output) => undelivered.has(output));
  }

  async #deliverInOrder(
    outputs: readonly TableOutput[],
    undelivered: Map<TableOutput, unknown>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (const [index, output] of outputs.entries()) {
      try {
        signal?.throwIfAborted();
        await this.#put(output);
      } catch (error) {
        for (const rest of outputs.slice(index)) undelivered.set(rest, error);
        return;
      }
    }
  }

  async #put(output: TableOutput): Promise<void> {
    try {
      await this.#client.send(new PutItemCommand(this.#request(output)));
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return;
      if (!isRefusedForGood(error)) throw error;
      const rest = output.kind === 'dead-letter' ? abridged(output) : refusedOutput(output, error);
      if (rest === undefined) throw error;
      await this.#put(rest);
    }
  }

  #request(output: TableOutput): PutItemCommandInput {
    const Item = toResultItem(output);
    switch (output.kind) {
      case 'row':
        return {
          TableName: this.#tables.results,
          Item,
          ConditionExpression: 'attribute_not_exists(#version) OR #version < :version',
          ExpressionAttributeNames: { '#version': VERSION },
          ExpressionAttributeValues: { ':version': Item[VERSION] ?? { S: '' } },
        };
      case 'append':
        return { TableName: this.#tables.results, Item, ...onlyOnce };
      case 'dead-letter':
        return { TableName: this.#tables.deadLetters, Item, ...onlyOnce };
    }
  }
}

/** The item itself is not to be had: too large, or a key that is empty or too long. Trying again would not help. */
function isRefusedForGood(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationException';
}

/** What is left of an output that its table can't hold: its key and the reason, in the dead letters. */
function refusedOutput(
  { id, timestamp, sink, key }: RowOutput | AppendOutput,
  error: unknown,
): DeadLetterOutput {
  return {
    kind: 'dead-letter',
    id,
    timestamp,
    reason: 'undeliverable',
    operator: sink,
    message: messageOf(error),
    partitionKey: key ?? '',
    arrival: timestamp,
    data: new Uint8Array(),
  };
}

/** So much of a record, and of each text beside it, fits an item together. */
const MOST_DATA_BYTES = 300_000;
const MOST_TEXT = 10_000;

/** A dead letter with less in it: without the value, or with no more than the beginning of the rest; `undefined` if that is all. */
function abridged({ value, ...rest }: DeadLetterOutput): DeadLetterOutput | undefined {
  if (value !== undefined) return rest;
  const { message, partitionKey, data } = rest;
  const isShort = message.length <= MOST_TEXT && partitionKey.length <= MOST_TEXT;
  if (isShort && data.length <= MOST_DATA_BYTES) return undefined;
  return {
    ...rest,
    message: `cut short, as no item can hold it: ${message}`.slice(0, MOST_TEXT),
    partitionKey: partitionKey.slice(0, MOST_TEXT),
    data: data.subarray(0, MOST_DATA_BYTES),
  };
}

const onlyOnce = { ConditionExpression: `attribute_not_exists(${RESULTS_KEY.partition})` };

/** Outputs by the item they write, each in the order given. */
function itemsInOrder(outputs: readonly TableOutput[]): Map<string, TableOutput[]> {
  const byItem = new Map<string, TableOutput[]>();
  for (const output of outputs) {
    const item = itemName(output);
    const others = byItem.get(item);
    if (others === undefined) byItem.set(item, [output]);
    else others.push(output);
  }
  return byItem;
}

function itemName(output: TableOutput): string {
  if (output.kind === 'row')
    return JSON.stringify([output.sink, output.key, output.window?.start, output.row]);
  return JSON.stringify([output.id.shardId, output.id.sequenceNumber, output.id.index]);
}
