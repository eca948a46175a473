import { measure, type Effort } from './measure.ts';
import { QUERIES } from './queries.ts';
import { turnSchemasOff } from './schema-off.ts';

/** What a process that measures one query is told, as JSON in its first argument; it prints what it measured. */
export interface Order {
  readonly query: string;
  readonly schema: string;
  readonly effort: Effort;
}

const { query: name, schema, effort } = JSON.parse(process.argv[2] ?? '{}') as Order;
const query = QUERIES.find((each) => each.name === name);
if (query === undefined) {
  throw new RangeError(`--query is "${name}"; there are ${QUERIES.map((each) => each.name).join(', ')}`);
}
if (schema === 'off') turnSchemasOff(query.pipeline);
console.log(JSON.stringify(await measure(query, effort)));
