import { BatchGetItemCommand, type DynamoDBClient, type KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import type { LookupAnswer, LookupSource } from '../joins/index.ts';
import { decodeKey, encodeKey, FatalError, messageOf, type KeyValue } from '../model/index.ts';
import { fromAttributes, isDynamoDbNumber, toAttributes } from './attribute-value.ts';

export interface LookedUpTable {
  readonly name: string;
  /** The attributes of its key: partition key, sort key. */
  readonly key: readonly string[];
  /** Beside the key; `undefined` for all. */
  readonly attributes: readonly string[] | undefined;
  readonly consistentRead: boolean;
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MOST_KEY_BYTES = [2048, 1024];

const THROTTLES = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/**
 * Reads items of a DynamoDB table, up to 100 in one request. Keys that DynamoDB leaves unprocessed, because the table is
 * busy or the answer grew beyond 16 MB, are throttled; a key that no item can have isn't in the table.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export class DynamoDbLookupSource implements LookupSource<unknown> {
  readonly maxKeys = 100;
  readonly #client: DynamoDBClient;
  readonly #table: LookedUpTable;

  constructor(client: DynamoDBClient, table: LookedUpTable) {
    this.#client = client;
    this.#table = table;
  }

  /** @throws FatalError if the table's key is another one */
  async read(keys: readonly string[], abortSignal: AbortSignal): Promise<LookupAnswer<unknown>> {
    const { name } = this.#table;
    const asked = keys.filter((key) => isPossible(partsOf(key)));
    if (asked.length === 0) return { found: new Map(), throttled: [] };
    try {
      const { Responses = {}, UnprocessedKeys = {} } = await this.#client.send(
        new BatchGetItemCommand({ RequestItems: { [name]: this.#request(asked) } }),
        { abortSignal },
      );
      // The table may be given by its ARN, and is answered by that.
      const items = Object.values(Responses).flat().map(fromAttributes);
      const unprocessed = Object.values(UnprocessedKeys).flatMap(({ Keys = [] }) => Keys.map(fromAttributes));
      return {
        found: new Map(items.map((item) => [this.#keyOf(item), item])),
        throttled: unprocessed.map((item) => this.#keyOf(item)),
      };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (THROTTLES.has(error.name)) return { found: new Map(), throttled: asked };
      if (error.name !== 'ValidationException') throw error;
      throw new FatalError(
        `table "${name}" can't be asked by its key "${this.#table.key.join(', ')}": ${messageOf(error)}; let key and ` +
          'attributes of the externalTable, and the key of the lookup, be as the table has them',
        { cause: error },
      );
    }
  }

  #request(keys: readonly string[]): KeysAndAttributes {
    const { key: names, attributes, consistentRead } = this.#table;
    const Keys = keys.map((key) =>
      toAttributes(Object.fromEntries(partsOf(key).map((part, index) => [names[index], part]))),
    );
    return {
      Keys,
      ConsistentRead: consistentRead,
      ...(attributes && projectionOn([...names, ...attributes])),
    };
  }

  #keyOf(item: Readonly<Record<string, unknown>>): string {
    // A key that was asked for is a number, however large.
    const parts = this.#table.key.map((name) => {
      const part = item[name];
      return typeof part === 'bigint' ? Number(part) : part;
    });
    return encodeKey(parts.length === 1 ? parts[0] : parts);
  }
}

type KeyPart = Exclude<KeyValue, readonly unknown[]>;

function partsOf(key: string): readonly KeyPart[] {
  const value = decodeKey(key);
  return typeof value === 'object' ? value : [value];
}

/** Whether an item can have this key: DynamoDB refuses a whole request for one that can't be. */
function isPossible(parts: readonly KeyPart[]): boolean {
  return parts.every((part, index) => {
    if (typeof part === 'number') return isDynamoDbNumber(part);
    const bytes = Buffer.from(String(part));
    const isUtf8 = bytes.toString() === String(part);
    return isUtf8 && bytes.length > 0 && bytes.length <= (MOST_KEY_BYTES[index] ?? 0);
  });
}

/** Names go by placeholders: any of them may be a reserved word. */
function projectionOn(
  attributes: readonly string[],
): Pick<KeysAndAttributes, 'ProjectionExpression' | 'ExpressionAttributeNames'> {
  const names = [...new Set(attributes)].map((name, index): [string, string] => [`#a${index}`, name]);
  return {
    ProjectionExpression: names.map(([placeholder]) => placeholder).join(', '),
    ExpressionAttributeNames: Object.fromEntries(names),
  };
}
