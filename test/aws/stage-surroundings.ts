import type { LocalPlatform } from '../../lib/local/index.ts';
import { JOURNAL_KEY, RESULTS_KEY } from '../../lib/plan/index.ts';
import { createTable } from '../support/tables.ts';

/** The environment of a stage's function, its endpoints aside. */
export function stageEnvironment(stage: string): Readonly<Record<string, string>> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    MILLRACE_STAGE: stage,
    MILLRACE_JOURNAL_TABLE: 'journal',
    MILLRACE_RESULTS_TABLE: 'results',
    MILLRACE_DEAD_LETTER_TABLE: 'dead-letters',
  };
}

/** Creates the tables of a stage, and leads handlers of this process to them. */
export async function surround(
  stage: string,
  { dynamodb, endpoints }: LocalPlatform,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  await createTable(dynamodb, 'journal', JOURNAL_KEY);
  await createTable(dynamodb, 'results', RESULTS_KEY);
  await createTable(dynamodb, 'dead-letters', RESULTS_KEY);
  Object.assign(process.env, stageEnvironment(stage), more, {
    AWS_ENDPOINT_URL_KINESIS: endpoints.kinesis,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
  });
}
