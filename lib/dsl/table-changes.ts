import type { StandardSchemaV1 } from '@standard-schema/spec';
import { DefinitionError } from '../model/index.ts';
import type { Schema, SchemaOutput } from './schema.ts';
import { source, type SourceSpec, type TimeOptions } from './source.ts';

/** One change of an item, as the stream of its table has it. */
export type TableChange<T> =
  | { readonly kind: 'insert'; readonly before: undefined; readonly after: T }
  | { readonly kind: 'modify'; readonly before: T; readonly after: T }
  | { readonly kind: 'remove'; readonly before: T; readonly after: undefined };

/** When a change happened. */
export interface ChangesOptions<T> extends Partial<TimeOptions<TableChange<T>>> {
  /**
   * Reads the event time of a change, or `'arrival'` for the second in which the table took it.
   * @default 'arrival'
   */
  readonly timestamp?: TimeOptions<TableChange<T>>['timestamp'];
}

/**
 * The changes of a DynamoDB table, in the order of each item: change data capture. Bind a table to it when you deploy; its
 * stream must have new and old images. The schema checks and types items; one that fails it goes to the dead letters.
 *
 * Changes can be read as a stream, or as the table they make:
 * `changes.keyBy(({ after, before }) => (after ?? before).id).asTable({ deleted: ({ kind }) => kind === 'remove' })`.
 * @throws DefinitionError if there is no schema or a duration makes no sense
 *
 * @example
 * sources: { customers: changesOf(Customer) }
 */
export function changesOf<S extends Schema>(
  schema: S,
  { timestamp = 'arrival', ...time }: ChangesOptions<SchemaOutput<S>> = {},
): SourceSpec<TableChange<SchemaOutput<S>>> {
  if (typeof schema?.['~standard']?.validate !== 'function') {
    throw new DefinitionError(
      `changesOf was given "${typeof schema}" as its schema; give a Standard Schema, for example z.object({ … })`,
    );
  }
  return Object.freeze({
    ...source(changeSchema<SchemaOutput<S>>(schema), { ...time, timestamp }),
    of: 'table',
  });
}

type ChangeResult<T> = StandardSchemaV1.Result<TableChange<T>>;

/** Checks the images a kind of change has. */
function changeSchema<T>(item: Schema): StandardSchemaV1<unknown, TableChange<T>> {
  const imageOf = (value: unknown, name: 'before' | 'after'): StandardSchemaV1.Result<unknown> => {
    const image: unknown = Object(value)[name];
    if (image === undefined) return { issues: [{ message: MISSING_IMAGE, path: [name] }] };
    const result = item['~standard'].validate(image);
    if (result instanceof Promise) return { issues: [{ message: 'the schema must not be asynchronous' }] };
    if (result.issues === undefined) return result;
    return { issues: result.issues.map(({ message, path = [] }) => ({ message, path: [name, ...path] })) };
  };
  const validate = (value: unknown): ChangeResult<T> => {
    const kind: unknown = Object(value)['kind'];
    if (kind !== 'insert' && kind !== 'modify' && kind !== 'remove') {
      return {
        issues: [{ message: `it is "${String(kind)}"; it must be insert, modify or remove`, path: ['kind'] }],
      };
    }
    const before = kind === 'insert' ? { value: undefined } : imageOf(value, 'before');
    if (before.issues !== undefined) return before;
    const after = kind === 'remove' ? { value: undefined } : imageOf(value, 'after');
    if (after.issues !== undefined) return after;
    // What the kind promises has been checked.
    return { value: { kind, before: before.value, after: after.value } as TableChange<T> };
  };
  return { '~standard': { version: 1, vendor: 'millrace', validate } };
}

const MISSING_IMAGE =
  'the stream of the table has no such image; give the table a stream with NEW_AND_OLD_IMAGES';
