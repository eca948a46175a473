import { createRequire } from 'node:module';

/**
 * The parts of dynalite this folder builds on, typed as far as they are used. They are its internals, so its version
 * is pinned exactly: an operation is its types and checks (`validations/`) and what it does to a store (`actions/`).
 */
const load = createRequire(import.meta.url);

export type AttributeValue = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, AttributeValue>>;
/** The JSON object of a request or an answer. */
export type Fields = Readonly<Record<string, unknown>>;
export type KeySchema = readonly { readonly AttributeName: string; readonly KeyType: string }[];
export type Table = Fields & { readonly TableStatus: string; readonly KeySchema: KeySchema };

export type Done<Value = undefined> = (error?: Error | null, value?: Value) => void;
type Release = <Arguments extends unknown[]>(
  done: (...values: Arguments) => void,
) => (...values: Arguments) => void;

/** One of the named sub-databases of a store: all tables, the items of a table, the entries of an index. */
export interface Entries<Value> {
  lock(key: string, body: (release: Release) => void): void;
  get(key: string, done: Done<Value>): void;
  put(key: string, value: Value, done: Done): void;
  del(key: string, done: Done): void;
}

export type Write =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly key: string };

/** The level database under all of them. */
export interface Level {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
  del(key: string): Promise<void>;
  batch(writes: readonly Write[]): Promise<void>;
  values(range: { readonly gt: string; readonly lt: string }): AsyncIterable<unknown>;
  close(): Promise<void>;
}

export interface Store {
  readonly db: Level;
  readonly tableDb: Entries<Fields> & { awsRegion: string; awsAccountId: string };
  getItemDb(table: string): Entries<Item>;
  getIndexDb(kind: string, table: string, index: string): Entries<Item>;
  getTable(name: string, onlyUsable: boolean, done: Done<Table>): void;
}

export interface StoreOptions {
  readonly path?: string;
  readonly createTableMs: number;
  readonly updateTableMs: number;
  readonly deleteTableMs: number;
}

interface Database {
  create(options: StoreOptions): Store;
  createKey(item: Fields, table: Table): string;
  itemSize(item: Item): number;
  validateItem(item: Fields, table: Table): Error | undefined;
  validateKey(key: Fields, table: Table): Error | undefined;
}

interface Validation {
  readonly types: Fields;
  readonly custom?: unknown;
}

interface Validations {
  checkTypes(input: Fields, types: Fields): Fields;
  checkValidations(input: Fields, types: Fields, custom: unknown, store: Store): void;
  toLowerFirst(text: string): string;
}

type Action = (store: Store, input: Fields, done: Done<Fields>) => void;

export const database: Database = load('dynalite/db/index.js');
const validations: Validations = load('dynalite/validations/index.js');

/** The operations dynalite knows. */
const OPERATIONS: ReadonlySet<string> = new Set([
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
]);

export function isDynaliteOperation(operation: string): boolean {
  return OPERATIONS.has(operation);
}

/**
 * The input as dynalite's actions want it: unknown fields dropped, expressions parsed.
 * @throws the service's validation error, as `ServiceError` describes it
 */
export function validate(store: Store, operation: string, input: Fields): Fields {
  const { types, custom }: Validation = load(
    `dynalite/validations/${validations.toLowerFirst(operation)}.js`,
  );
  const checked = validations.checkTypes({ ...input }, types);
  validations.checkValidations(checked, types, custom, store);
  return checked;
}

/** Runs a validated operation on `store`, which may be a view that observes or holds back what it does. */
export function act(store: Store, operation: string, checked: Fields): Promise<Fields> {
  const action: Action = load(`dynalite/actions/${validations.toLowerFirst(operation)}.js`);
  return new Promise((resolve, reject) => {
    action(store, checked, (error, output) => (error ? reject(error) : resolve(output ?? {})));
  });
}

export async function execute(store: Store, operation: string, input: Fields): Promise<Fields> {
  return act(store, operation, validate(store, operation, input));
}

/**
 * A table's description.
 * @throws ResourceNotFoundException, also for a table that is being created or deleted if `onlyUsable`
 */
export function findTable(store: Store, name: string, onlyUsable: boolean): Promise<Table> {
  return new Promise((resolve, reject) => {
    store.getTable(name, onlyUsable, (error, table) => (table ? resolve(table) : reject(error)));
  });
}

/** The description in what CreateTable, UpdateTable and DeleteTable answer. */
export function describedIn(output: Fields): Table {
  const table = output['TableDescription'];
  if (isTable(table)) return table;
  throw new TypeError('dynalite answered without a table description; use the pinned version of it');
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && 'TableStatus' in value && 'KeySchema' in value;
}
