import type { StandardSchemaV1 } from '@standard-schema/spec';
import { DefinitionError } from '../model/index.ts';
import type { Schema, SchemaOutput } from './schema.ts';
import type { SourceSpec } from './source.ts';
import { changesOf, type ChangesOptions, type TableChange } from './table-changes.ts';

/**
 * The rows of one output of a pipeline as the source of another: their changes, as they appear in its results table. Bind
 * that table to it when you deploy. What the table holds of other outputs is passed over. A row that is taken back is
 * removed.
 *
 * The schema checks and types rows as the table has them: `key`, `windowStart` and `windowEnd` beside the aggregates, dates
 * as text, and nothing where a value was `undefined`.
 * @param output its name in the other pipeline
 * @throws DefinitionError if there is no name, no schema, or a duration makes no sense
 *
 * @example
 * const PerMinute = z.object({ key: z.string(), windowEnd: z.number(), orders: z.number() });
 *
 * sources: { perMinute: resultsOf('perMinute', PerMinute, { timestamp: ({ before, after }) => (after ?? before).windowEnd }) }
 */
export function resultsOf<S extends Schema>(
  output: string,
  schema: S,
  options: ChangesOptions<SchemaOutput<S>> = {},
): SourceSpec<TableChange<SchemaOutput<S>>> {
  if (output === '') {
    throw new DefinitionError(
      `resultsOf was given "${output}" as the output; give its name in the other pipeline, for example 'perMinute'`,
    );
  }
  const changes = changesOf(schema, options);
  return Object.freeze({
    ...changes,
    schema: ofLiveRows(changes.schema),
    passesOver: (change: unknown) => {
      const { pk } = Object(Object(change).key);
      return isOfAnother(pk, output) || liveRows(change).kind === undefined;
    },
  });
}

function isOfAnother(pk: unknown, output: string): boolean {
  return typeof pk === 'string' && !pk.startsWith(`${output}#`);
}

/** A row that was taken back stays in the table as a tombstone, which is no row. */
function liveRows(change: unknown): { readonly kind: string | undefined; before: unknown; after: unknown } {
  const { kind, before, after } = Object(change);
  const [old, now] = [live(before), live(after)];
  if (old === before && now === after) return { kind, before, after };
  if (old === undefined && now === undefined) return { kind: undefined, before: old, after: now };
  return { kind: old === undefined ? 'insert' : 'remove', before: old, after: now };
}

function live(image: unknown): unknown {
  return Object(image)['@retracted'] === true ? undefined : image;
}

function ofLiveRows(schema: Schema): StandardSchemaV1 {
  return {
    '~standard': {
      version: 1,
      vendor: 'millrace',
      validate: (change) => schema['~standard'].validate(liveRows(change)),
    },
  };
}
