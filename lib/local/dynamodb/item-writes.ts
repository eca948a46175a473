import type { Change } from './change.ts';
import { execute, type Fields, type Item, type Store } from './dynalite.ts';
import { codeOf, isServiceError, ServiceError } from './service-error.ts';
import { observe } from './store-views.ts';

export interface WriteContext {
  readonly store: Store;
  /** Called for each item written, in commit order, while the item is still locked. */
  readonly capture: (change: Change) => void;
  readonly omitOldItemOnConditionFailure: boolean;
}

/** PutItem, UpdateItem, DeleteItem, BatchWriteItem. */
export async function writeItems(context: WriteContext, operation: string, input: Fields): Promise<Fields> {
  const { store, lastRead } = observe(context.store, context.capture);
  try {
    return await execute(store, operation, input);
  } catch (thrown) {
    const oldItem = context.omitOldItemOnConditionFailure ? undefined : oldItemFor(thrown, input, lastRead());
    if (!isServiceError(thrown) || oldItem === undefined) throw thrown;
    throw new ServiceError('ConditionalCheckFailedException', String(thrown.body['message']), {
      Item: oldItem,
    });
  }
}

/** The item a failed condition was checked against, if the writer asked for it. */
export function oldItemFor(thrown: unknown, input: Fields, lastRead: Item | undefined): Item | undefined {
  const isAskedFor = input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD';
  return isAskedFor && codeOf(thrown) === 'ConditionalCheckFailedException' ? lastRead : undefined;
}
