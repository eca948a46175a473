import type { LookupOptions } from '../joins/index.ts';
import { DefinitionError } from '../model/index.ts';
import { positiveDurationMs, type DurationInput } from '../time/index.ts';
import type { Schema, SchemaInput, SchemaOutput } from './schema.ts';

/** A key of a table outside: of its partition key, or of that and its sort key. */
export type TableKey = TableKeyPart | readonly [partition: TableKeyPart, sort: TableKeyPart];

type TableKeyPart = string | number;

/** How a table outside is read, and for how long what it said is remembered. */
export interface ExternalTableOptions<Key> {
  /** The attributes of the table's key: its partition key, or its partition key and its sort key. */
  readonly key: Key;
  /**
   * The attributes that are read, beside the key.
   * @default all
   */
  readonly attributes?: readonly string[];
  /**
   * Whether what is read has every write that was answered before. It costs twice as much.
   * @default false
   */
  readonly consistentRead?: boolean;
  /**
   * For how long a row is taken from memory before it is read again, in processing time.
   * @default 1 minute
   */
  readonly ttl?: DurationInput;
  /**
   * The same for a key that isn't in the table.
   * @default 10 seconds, or `ttl` if that is shorter
   */
  readonly missTtl?: DurationInput;
  /**
   * How many keys each function remembers; the one that was used longest ago is forgotten first.
   * @default 10,000
   */
  readonly maxEntries?: number;
  /**
   * How many reads of up to 100 keys are under way at most, for each function.
   * @default 4
   */
  readonly maxConcurrency?: number;
  /**
   * How long one read may take.
   * @default 1 second
   */
  readonly readTimeout?: DurationInput;
  /**
   * How long all reads for one batch may take, pauses and repetitions included. What isn't answered then is unknown.
   * @default 10 seconds
   */
  readonly batchTimeout?: DurationInput;
}

/** A table outside as it is declared. `K`, `V` and `Stored` are its keys, and its rows behind and before the schema. */
export interface ExternalTableSpec<K extends TableKey = TableKey, V = unknown, Stored = unknown> {
  readonly schema: Schema;
  readonly key: readonly string[];
  readonly attributes: readonly string[] | undefined;
  readonly consistentRead: boolean;
  readonly reading: LookupOptions;
  /** Only for the compiler. */
  readonly '~types'?: { readonly key: K; readonly row: V; readonly stored: Stored };
}

/** A table outside, by the name it has in a pipeline. */
export interface ExternalTable<K extends TableKey = TableKey, V = unknown> {
  readonly name: string;
  readonly spec: ExternalTableSpec<K, V>;
}

type KeyOf<S extends Schema, Key> = Key extends readonly [infer P, infer Q]
  ? readonly [PartOf<S, P>, PartOf<S, Q>]
  : PartOf<S, Key>;

type PartOf<S extends Schema, Name> = Name extends keyof SchemaInput<S>
  ? Extract<SchemaInput<S>[Name], TableKeyPart>
  : TableKeyPart;

const DEFAULT_TTL = '1 minute';
const MOST_DEFAULT_MISS_TTL_MS = 10_000;
const PAUSE_MS = 50;

/**
 * A DynamoDB table that exists already, for events to be joined with its rows. The schema checks and types the rows; an
 * event that meets a row that fails it goes to the dead letters. The name it is given in the pipeline binds it to a table
 * when the pipeline is deployed.
 * @throws DefinitionError if there is no schema, the key isn't one attribute or two, or a number is out of its range
 *
 * @example
 * const customers = externalTable(Customer, { key: 'customerId', ttl: '5 minutes' });
 */
export function externalTable<
  S extends Schema,
  const Key extends string | readonly [partition: string, sort: string],
>(
  schema: S,
  options: ExternalTableOptions<Key>,
): ExternalTableSpec<KeyOf<S, Key>, SchemaOutput<S>, SchemaInput<S>> {
  if (typeof schema?.['~standard']?.validate !== 'function') {
    throw new DefinitionError(
      `external table was given "${typeof schema}" as its schema; give a Standard Schema, for example z.object({ … })`,
    );
  }
  const { attributes, consistentRead = false } = options;
  return Object.freeze({
    schema,
    key: checkedKey(options.key),
    attributes,
    consistentRead,
    reading: readingOf(options),
  });
}

function checkedKey(key: string | readonly string[]): readonly string[] {
  const names = typeof key === 'string' ? [key] : key;
  const isKey = names.length === 1 || names.length === 2;
  if (isKey && names.every((name) => typeof name === 'string' && name !== '')) return names;
  throw new DefinitionError(
    `key of an external table is "${String(key)}"; name the attribute of its partition key, or both in a list: ` +
      "['tenant', 'customer']",
  );
}

function readingOf({
  ttl = DEFAULT_TTL,
  missTtl,
  maxEntries = 10_000,
  maxConcurrency = 4,
  readTimeout = '1 second',
  batchTimeout = '10 seconds',
}: ExternalTableOptions<unknown>): LookupOptions {
  const ttlMs = positiveDurationMs(ttl, 'ttl of an external table');
  return Object.freeze({
    ttlMs,
    missTtlMs: positiveDurationMs(
      missTtl ?? Math.min(ttlMs, MOST_DEFAULT_MISS_TTL_MS),
      'missTtl of an external table',
    ),
    maxEntries: requireCount('maxEntries', maxEntries),
    maxConcurrency: requireCount('maxConcurrency', maxConcurrency),
    readMs: positiveDurationMs(readTimeout, 'readTimeout of an external table'),
    batchMs: positiveDurationMs(batchTimeout, 'batchTimeout of an external table'),
    pauseMs: PAUSE_MS,
  });
}

function requireCount(option: string, count: number): number {
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new DefinitionError(
    `${option} of an external table is "${count}"; give a whole number of 1 or more, for example 1000`,
  );
}
