import type { NexmarkEvent } from '../events.ts';
import { QUERIES, type EventSchema, type Query, type QueryName } from '../queries/index.ts';
import { measure, type Effort } from './measure.ts';

/** What a process that measures one query is told, as JSON in its first argument; it prints what it measured. */
export interface Order {
  readonly query: QueryName;
  readonly schema: 'off' | 'on';
  readonly effort: Effort;
}

/** Lets everything pass. */
const anyEvent: EventSchema = {
  '~standard': {
    version: 1,
    vendor: 'none',
    validate: (value) => ({ value: value as NexmarkEvent }),
  },
};

const { query: name, schema, effort } = JSON.parse(process.argv[2] ?? '{}') as Order;
const { build, tables = {} }: Query = QUERIES[name];
console.log(
  JSON.stringify(await measure({ pipeline: schema === 'off' ? build(anyEvent) : build(), tables }, effort)),
);
