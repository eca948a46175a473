import type { KeyValue, StreamTypeError } from '../model/index.ts';
import { Flow } from './flow.ts';
import { filterNode, mapNode } from './node-builders.ts';

type NotFinal =
  'these rows are updates, each taking the place of the one before: aggregating them would count the same values again. Emit on close to go on with final results';

/**
 * Rows that change: each value takes the place of the one before it with the same key and window. They can be mapped,
 * filtered and put out; a row that no longer passes a filter is taken back. They can't be aggregated again.
 */
export class Updating<K extends KeyValue, T> extends Flow<T> {
  declare protected readonly '~key': K;
  declare readonly window: StreamTypeError<NotFinal>;
  declare readonly aggregate: StreamTypeError<NotFinal>;
  declare readonly keyBy: StreamTypeError<NotFinal>;

  /** One row out for each row in. */
  map<U>(apply: (value: T) => U): Updating<K, U> {
    return new Updating(mapNode(this.node, apply));
  }

  /** Keeps the rows that are what `keep` tells, as such; one that ceases to be is taken back. */
  filter<U extends T>(keep: (value: T) => value is U): Updating<K, U>;
  /** Keeps the rows for which `keep` answers true; one that no longer does is taken back. */
  filter(keep: (value: T) => boolean): Updating<K, T>;
  filter(keep: (value: T) => boolean): Updating<K, T> {
    return new Updating(filterNode(this.node, keep));
  }

  /** Hands the rows to a function, so that steps can be shared between pipelines. */
  through<U>(build: (rows: this) => U): U {
    return build(this);
  }
}
