import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Any schema of the Standard Schema family: zod, valibot, arktype and others. */
export type Schema = StandardSchemaV1;

export type SchemaInput<S extends Schema> = StandardSchemaV1.InferInput<S>;
export type SchemaOutput<S extends Schema> = StandardSchemaV1.InferOutput<S>;

export type Validation =
  | { readonly kind: 'valid'; readonly value: unknown }
  | { readonly kind: 'invalid'; readonly message: string };

/** Runs a schema on a decoded value. A schema that answers with a promise can't be used: operators don't wait. */
export function validate(schema: Schema, value: unknown): Validation {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) {
    return { kind: 'invalid', message: 'the schema validates asynchronously; use one without async checks' };
  }
  if (result.issues === undefined) return { kind: 'valid', value: result.value };
  return { kind: 'invalid', message: result.issues.map(describeIssue).join('; ') };
}

function describeIssue({ message, path = [] }: StandardSchemaV1.Issue): string {
  const place = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.');
  return place === '' ? message : `${place}: ${message}`;
}
