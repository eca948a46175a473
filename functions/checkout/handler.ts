import { createHandler } from 'millrace/lambda';
import { checkout } from './pipeline.ts';

export const handler = createHandler(checkout);
