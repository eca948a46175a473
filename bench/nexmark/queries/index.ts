export { QUERIES, type QueryName } from './queries.ts';
export { OUT_OF_ORDER, type EventSchema, type Query } from './query.ts';
