import type { Pipeline } from 'millrace';
import { QUERIES as ALL, type Query } from '../queries/index.ts';

export interface MeasuredQuery {
  readonly name: string;
  readonly pipeline: Pipeline;
  readonly tables: NonNullable<Query['tables']>;
}

export const QUERIES: readonly MeasuredQuery[] = Object.entries<Query>(ALL).map(
  ([name, { build, tables = {} }]) => ({ name, pipeline: build(), tables }),
);
