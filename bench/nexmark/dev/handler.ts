import { createHandler } from 'millrace/lambda';
import { QUERIES } from '../queries/index.ts';

export const handler = createHandler(QUERIES.q5.build());
