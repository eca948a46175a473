import { createHandler } from 'millrace/lambda';
import { earthquakes } from './pipeline.ts';

export const handler = createHandler(earthquakes);
