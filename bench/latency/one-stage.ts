import { createHandler } from 'millrace/lambda';
import { meterings } from './pipelines.ts';

export const handler = createHandler(meterings.oneStage);
