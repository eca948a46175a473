import { MillraceError } from '../model/index.ts';
import { ENVIRONMENT } from '../plan/index.ts';

type Required = Exclude<keyof typeof ENVIRONMENT, 'checkpointBucket' | 'stream' | 'shuffles' | 'tables'>;

export type Surroundings = { readonly [Name in Required]: string } & {
  /** Without one, large checkpoints are cut into items of the journal table. */
  readonly checkpointBucket?: string;
  /** The stream it reads, where ticks are put into it. */
  readonly stream?: string;
  /** The name of the stream of each stage it sends to. */
  readonly shuffles: Readonly<Record<string, string>>;
  /** The name of each table it looks up, by the name the pipeline has for it. */
  readonly tables: Readonly<Record<string, string>>;
};

/** @throws MillraceError naming the variable that is missing */
export function readSurroundings(variables: Readonly<Record<string, string | undefined>>): Surroundings {
  const find = (name: keyof typeof ENVIRONMENT): string | undefined => {
    const value = variables[ENVIRONMENT[name]];
    return value === '' ? undefined : value;
  };
  const read = (name: Required): string => {
    const value = find(name);
    if (value !== undefined) return value;
    throw new MillraceError(
      `environment variable ${ENVIRONMENT[name]} is not set; deploy the function with the StreamPipeline construct, ` +
        'which sets it',
    );
  };
  const checkpointBucket = find('checkpointBucket');
  const stream = find('stream');
  return {
    stage: read('stage'),
    journalTable: read('journalTable'),
    resultsTable: read('resultsTable'),
    deadLetterTable: read('deadLetterTable'),
    shuffles: namesIn(find('shuffles')),
    tables: namesIn(find('tables')),
    ...(checkpointBucket !== undefined && { checkpointBucket }),
    ...(stream !== undefined && { stream }),
  };
}

/** What the construct has written. */
function namesIn(json = '{}'): Readonly<Record<string, string>> {
  return JSON.parse(json) as Readonly<Record<string, string>>;
}
