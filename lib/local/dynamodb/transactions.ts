import { act, database, type Fields, findTable, type Store, validate } from './dynalite.ts';
import { fieldsAt, isFields, textAt } from './fields.ts';
import { oldItemFor, type WriteContext } from './item-writes.ts';
import { codeOf, invalid, isServiceError, ServiceError } from './service-error.ts';
import { type StagedStore, stage } from './store-views.ts';

/** How long a client request token makes a repeated request a no-op. */
const TOKEN_MS = 10 * 60 * 1000;
const MAX_ITEMS = 100;

interface Step {
  readonly operation: string;
  readonly input: Fields;
  readonly checked: Fields;
  readonly table: string;
  readonly key: string;
  readonly isCheckOnly: boolean;
}

/**
 * TransactWriteItems. In order: 1 every item is locked, in one order for all, so that two transactions can't wait for
 * each other; 2 every step runs on a view that holds its writes back; 3 if none failed, all writes go to the store as
 * one batch; 4 the changes are captured; 5 the locks are released.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export class Transactions {
  readonly #context: WriteContext;
  readonly #now: () => number;
  readonly #requests = new Map<string, { request: string; atMs: number; outcome: Promise<void> }>();

  constructor(context: WriteContext, now: () => number) {
    this.#context = context;
    this.#now = now;
  }

  /** A request with a token that succeeded in the last 10 minutes isn't executed again. */
  async write({ ClientRequestToken: token, ...request }: Fields): Promise<Fields> {
    if (typeof token === 'string') await this.#once(token, request);
    else await transact(this.#context, request);
    return {};
  }

  async #once(token: string, input: Fields): Promise<void> {
    const nowMs = this.#now();
    for (const [old, { atMs }] of this.#requests) if (atMs < nowMs - TOKEN_MS) this.#requests.delete(old);
    const request = JSON.stringify(input);
    const earlier = this.#requests.get(token);
    if (earlier === undefined) {
      const outcome = transact(this.#context, input);
      this.#requests.set(token, { request, atMs: nowMs, outcome });
      return outcome.catch((thrown: unknown) => {
        this.#requests.delete(token);
        throw thrown;
      });
    }
    if (earlier.request === request) return earlier.outcome;
    throw new ServiceError('IdempotentParameterMismatchException', 'The token was used with another request');
  }
}

async function transact(context: WriteContext, input: Fields): Promise<void> {
  const { store, capture } = context;
  const steps = await stepsOf(store, input['TransactItems']);
  const unlock = await lockAll(store, steps);
  try {
    const staged = await runAll(context, steps);
    const written = staged.filter((_, index) => !steps[index]?.isCheckOnly);
    await store.db.batch(written.flatMap((step) => step.writes));
    for (const change of written.flatMap((step) => step.changes)) capture(change);
  } finally {
    unlock();
  }
}

async function stepsOf(store: Store, items: unknown): Promise<readonly Step[]> {
  if (!Array.isArray(items) || items.length < 1 || items.length > MAX_ITEMS) {
    throw invalid(`TransactItems must hold between 1 and ${MAX_ITEMS} items`);
  }
  const steps = await Promise.all(items.map((item: unknown) => stepOf(store, item)));
  if (new Set(steps.map(lockOf)).size < steps.length) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
  return steps;
}

async function stepOf(store: Store, item: unknown): Promise<Step> {
  const [kind = '', ...others] = isFields(item) ? Object.keys(item) : [];
  const operation = operationOf(kind);
  const input = isFields(item) ? fieldsAt(item, kind) : undefined;
  if (operation === undefined || input === undefined || others.length > 0) {
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  const checked = validate(store, operation, input);
  const table = textAt(input, 'TableName');
  const description = await findTable(store, table, true);
  const isPut = operation === 'PutItem';
  const identity = fieldsAt(checked, isPut ? 'Item' : 'Key') ?? {};
  const problem = isPut
    ? database.validateItem(identity, description)
    : database.validateKey(identity, description);
  if (problem) throw problem;
  const key = database.createKey(identity, description);
  return { operation, input, checked, table, key, isCheckOnly: kind === 'ConditionCheck' };
}

/** A check is a delete whose writes are thrown away. */
function operationOf(kind: string): string | undefined {
  switch (kind) {
    case 'Put':
      return 'PutItem';
    case 'Update':
      return 'UpdateItem';
    case 'Delete':
    case 'ConditionCheck':
      return 'DeleteItem';
    default:
      return undefined;
  }
}

function lockOf({ table, key }: Step): string {
  return `${table}~${key}`;
}

async function lockAll(store: Store, steps: readonly Step[]): Promise<() => void> {
  const releases: (() => void)[] = [];
  for (const { table, key } of steps.toSorted((a, b) => (lockOf(a) < lockOf(b) ? -1 : 1))) {
    await new Promise<void>((locked) => {
      store.getItemDb(table).lock(key, (release) => {
        releases.push(release(() => undefined));
        locked();
      });
    });
  }
  return () => {
    for (const release of releases) release();
  };
}

/** @throws ServiceError TransactionCanceledException with a reason for each step, if any failed */
async function runAll(context: WriteContext, steps: readonly Step[]): Promise<readonly StagedStore[]> {
  const staged: StagedStore[] = [];
  const reasons: Fields[] = [];
  for (const step of steps) {
    const view = stage(context.store);
    staged.push(view);
    reasons.push(
      await act(view.store, step.operation, step.checked).then(() => ({ Code: 'None' }), reasonFor),
    );

    function reasonFor(thrown: unknown): Fields {
      if (!isServiceError(thrown)) throw thrown;
      const oldItem = context.omitOldItemOnConditionFailure
        ? undefined
        : oldItemFor(thrown, step.input, view.lastRead());
      const code =
        codeOf(thrown) === 'ConditionalCheckFailedException' ? 'ConditionalCheckFailed' : 'ValidationError';
      return { Code: code, Message: thrown.body['message'], ...(oldItem && { Item: oldItem }) };
    }
  }
  const codes = reasons.map((reason) => reason['Code']);
  if (codes.every((code) => code === 'None')) return staged;
  throw new ServiceError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
    { CancellationReasons: reasons },
  );
}
