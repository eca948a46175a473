import { MillraceError } from '../model/index.ts';
import { ENVIRONMENT } from '../plan/index.ts';

export type Surroundings = { readonly [Name in keyof typeof ENVIRONMENT]: string };

/** @throws MillraceError naming the variable that is missing */
export function readSurroundings(variables: Readonly<Record<string, string | undefined>>): Surroundings {
  const read = (name: keyof typeof ENVIRONMENT): string => {
    const value = variables[ENVIRONMENT[name]];
    if (value !== undefined && value !== '') return value;
    throw new MillraceError(
      `environment variable ${ENVIRONMENT[name]} is not set; deploy the function with the StreamPipeline construct, ` +
        'which sets it',
    );
  };
  return {
    stage: read('stage'),
    journalTable: read('journalTable'),
    resultsTable: read('resultsTable'),
    deadLetterTable: read('deadLetterTable'),
  };
}
